import { invalidArgument } from '../../errors.js';
import { createImage, type Image } from '../../image.js';

/**
 * torchvision's `adjust_hue` of a PIL picture: 8-bit HSV as Pillow has it, the hue turned by `factor` of a circle
 * (-0.5 to 0.5) and back. Hue and saturation keep 8 bits, so even a factor of 0 may move a value by a few levels.
 */
export function adjustHue(image: Image, factor: number): Image {
  if (!(factor >= -0.5 && factor <= 0.5)) {
    throw invalidArgument(`adjustHue: the factor must be from -0.5 to 0.5, got ${factor}`);
  }
  const turn = Math.trunc(factor * 255);
  const out = createImage(image.height, image.width);
  const { data: from } = image;
  for (let i = 0; i < from.length; i += 3) {
    const red = from[i] as number;
    const green = from[i + 1] as number;
    const blue = from[i + 2] as number;
    const value = Math.max(red, green, blue);
    const range = value - Math.min(red, green, blue);
    if (range === 0) {
      out.data.fill(value, i, i + 3);
    } else {
      const hue = (hueOf(red, green, blue, value, range) + turn) & 255;
      const saturation = Math.trunc(f(range / value) * 255);
      writeRgb(out.data, i, hue, saturation, value);
    }
  }
  return out;
}

const f = Math.fround;

/** `rgb2hsv_row` of Convert.c, 0 to 255; what C keeps in a float is rounded to one. */
function hueOf(red: number, green: number, blue: number, value: number, range: number): number {
  const fromRed = f((value - red) / range);
  const fromGreen = f((value - green) / range);
  const fromBlue = f((value - blue) / range);
  let sixths: number;
  if (red === value) sixths = f(fromBlue - fromGreen);
  else if (green === value) sixths = f(2 + fromRed - fromBlue);
  else sixths = f(4 + fromGreen - fromRed);
  // C's fmod(..., 1): what is below 2 has at most one whole.
  const turned = sixths / 6 + 1;
  return Math.trunc(f(turned >= 1 ? turned - 1 : turned) * 255);
}

/** `hsv2rgb` of Convert.c. */
function writeRgb(out: Uint8Array, at: number, hue: number, saturation: number, value: number): void {
  const sector = Math.floor((hue * 6) / 255);
  const within = f((hue * 6) / 255 - sector);
  const strength = f(saturation / 255);
  const low = roundUp(value * (1 - strength));
  const falling = roundUp(value * (1 - f(strength * within)));
  const rising = roundUp(value * (1 - strength * (1 - within)));
  const [red, green, blue] = channels(sector % 6, value, low, falling, rising);
  out[at] = red;
  out[at + 1] = green;
  out[at + 2] = blue;
}

function channels(sector: number, value: number, low: number, falling: number, rising: number): Rgb {
  switch (sector) {
    case 0:
      return [value, rising, low];
    case 1:
      return [falling, value, low];
    case 2:
      return [low, value, rising];
    case 3:
      return [low, falling, value];
    case 4:
      return [rising, low, value];
    default:
      return [value, low, falling];
  }
}

type Rgb = readonly [red: number, green: number, blue: number];

/** C's `round` for what is not negative. */
function roundUp(x: number): number {
  return Math.floor(x + 0.5);
}
