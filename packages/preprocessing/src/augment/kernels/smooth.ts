import { createImage, type Image } from '../../image.js';

// Pillow divides the kernel (1 1 1, 1 5 1, 1 1 1) by 13 in C floats.
const SIDE = Math.fround(1 / 13);
const CENTRE = Math.fround(5 / 13);

/**
 * Pillow's `ImageFilter.SMOOTH`. The outermost rows and columns stay as they are, as does a picture of less than three.
 * The sums follow `ImagingFilter3x3` of Filter.c, row by row in C floats: they decide the last bit.
 */
export function smooth(image: Image): Image {
  const { height, width, data } = image;
  const out = createImage(height, width, data.slice());
  if (height < 3 || width < 3) return out;
  const f = Math.fround;
  // The products are floats themselves; there are only 256 of each.
  const sides = Float32Array.from({ length: 256 }, (_, value) => SIDE * value);
  const centres = Float32Array.from({ length: 256 }, (_, value) => CENTRE * value);
  const side = (i: number): number => sides[data[i] as number] as number;
  const stride = width * 3;
  for (let y = 1; y < height - 1; y++) {
    const end = (y + 1) * stride - 3;
    for (let i = y * stride + 3; i < end; i++) {
      const below = i + stride;
      const above = i - stride;
      let sum = f(0.5 + f(f(side(below - 3) + side(below)) + side(below + 3)));
      sum = f(sum + f(f(side(i - 3) + (centres[data[i] as number] as number)) + side(i + 3)));
      sum = f(sum + f(f(side(above - 3) + side(above)) + side(above + 3)));
      out.data[i] = sum >= 255 ? 255 : Math.trunc(sum);
    }
  }
  return out;
}
