import { invalidArgument } from '../../errors.js';
import { createImage, type Image } from '../../image.js';
import { luma } from './grey.js';
import { smooth } from './smooth.js';
import { applyTables, sameForAll } from './tables.js';

// Pillow's ImageEnhance, which torchvision calls for PIL pictures: each blends the picture with a degenerate one of
// its own. The factor is at least 0; 0 gives the degenerate picture, 1 the picture as it is, and more goes beyond it.

/** Blends with black. */
export function adjustBrightness(image: Image, factor: number): Image {
  const blend = blendWith(factor, 'adjustBrightness');
  return blend
    ? applyTables(
        image,
        sameForAll((value) => blend(0, value)),
      )
    : image;
}

/** Blends with a plain grey, the mean of the picture's grey values. */
export function adjustContrast(image: Image, factor: number): Image {
  const blend = blendWith(factor, 'adjustContrast');
  if (!blend) return image;
  const mean = Math.trunc(meanLuma(image) + 0.5);
  return applyTables(
    image,
    sameForAll((value) => blend(mean, value)),
  );
}

/** Blends with the picture in grey. */
export function adjustSaturation(image: Image, factor: number): Image {
  const blend = blendWith(factor, 'adjustSaturation');
  if (!blend) return image;
  const out = createImage(image.height, image.width);
  const { data: from } = image;
  const { data: to } = out;
  for (let i = 0; i < from.length; i += 3) {
    const red = from[i] as number;
    const green = from[i + 1] as number;
    const blue = from[i + 2] as number;
    const grey = luma(red, green, blue);
    to[i] = blend(grey, red);
    to[i + 1] = blend(grey, green);
    to[i + 2] = blend(grey, blue);
  }
  return out;
}

/** Blends with the picture smoothed by a 3x3 filter. */
export function adjustSharpness(image: Image, factor: number): Image {
  const blend = blendWith(factor, 'adjustSharpness');
  if (!blend) return image;
  const out = smooth(image);
  const { data: sharp } = image;
  const { data } = out;
  for (let i = 0; i < data.length; i++) data[i] = blend(data[i] as number, sharp[i] as number);
  return out;
}

/**
 * `ImagingBlend` of Blend.c: `degenerate + factor * (value - degenerate)` in C floats, cut off towards zero. Undefined
 * where the factor is 1, which changes nothing.
 */
function blendWith(factor: number, name: string): ((degenerate: number, value: number) => number) | undefined {
  if (!(factor >= 0 && Number.isFinite(factor))) {
    throw invalidArgument(`${name}: the factor must be a number of at least 0, got ${factor}`);
  }
  const alpha = Math.fround(factor);
  if (alpha === 1) return undefined;
  // Differences lie in -255..255, and each product is rounded to a float before the sum is.
  const products = new Float32Array(511);
  for (let difference = -255; difference <= 255; difference++) products[difference + 255] = alpha * difference;
  return (degenerate, value) => {
    const sum = Math.fround(degenerate + (products[value - degenerate + 255] as number));
    return sum <= 0 ? 0 : sum >= 255 ? 255 : Math.trunc(sum);
  };
}

function meanLuma({ data }: Image): number {
  let sum = 0;
  for (let i = 0; i < data.length; i += 3) {
    sum += luma(data[i] as number, data[i + 1] as number, data[i + 2] as number);
  }
  return sum / (data.length / 3);
}
