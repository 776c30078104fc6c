import { invalidArgument } from '../../errors.js';
import { createImage, type Image, type Size } from '../../image.js';
import { createRandom } from '../random.js';
import { type Colour, checkColour } from './colour.js';

/** A rectangle in whole pixels. */
export interface Rectangle extends Size {
  readonly top: number;
  readonly left: number;
}

/** What a rectangle is overwritten with: a colour, or bytes drawn from a seed, each value alike. */
export type EraseValue = Colour | { readonly noise: number };

/** The picture with a rectangle overwritten. */
export function erase(image: Image, { top, left, height, width }: Rectangle, value: EraseValue): Image {
  const inside = top >= 0 && left >= 0 && top + height <= image.height && left + width <= image.width;
  if (!([top, left, height, width].every(Number.isInteger) && inside && height >= 0 && width >= 0)) {
    throw invalidArgument(
      `erase: ${width}x${height} at (${left}, ${top}) is not inside ${image.width}x${image.height}`,
    );
  }
  const out = createImage(image.height, image.width, image.data.slice());
  const next = source(value);
  for (let y = top; y < top + height; y++) {
    const start = (y * image.width + left) * 3;
    for (let i = start; i < start + width * 3; i++) out.data[i] = next((i - start) % 3);
  }
  return out;
}

function source(value: EraseValue): (channel: number) => number {
  if (typeof value === 'object' && 'noise' in value) {
    const random = createRandom(value.noise);
    return () => random.int(256);
  }
  const colour = checkColour('erase: value', value);
  return (channel) => colour[channel] as number;
}
