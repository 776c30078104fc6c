import type { Size } from '../image.js';
import type { Range } from './descriptors.js';
import { exactExp, exactLog } from './exact-math.js';
import type { Rectangle } from './kernels/erase.js';
import type { Random } from './random.js';

/** How often torchvision tries before it gives up on a rectangle that does not fit. */
const ATTEMPTS = 10;

export const uniform = (random: Random, [from, to]: Range): number => from + (to - from) * random.next();

/** The box of torchvision's `RandomResizedCrop.get_params`: the largest centred one where no drawn one fits. */
export function randomBox(size: Size, scale: Range, ratio: Range, random: Random): Rectangle {
  const { height, width } = size;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const box = rectangle(size, scale, ratio, random);
    if (box.width > 0 && box.width <= width && box.height > 0 && box.height <= height) return place(box, size, random);
  }
  const aspect = width / height;
  const box = { height, width };
  if (aspect < ratio[0]) box.height = Math.max(1, Math.round(width / ratio[0]));
  else if (aspect > ratio[1]) box.width = Math.max(1, Math.round(height * ratio[1]));
  return { top: Math.floor((height - box.height) / 2), left: Math.floor((width - box.width) / 2), ...box };
}

/** The rectangle of torchvision's `RandomErasing.get_params`; undefined where none fits. */
export function randomErasure(size: Size, scale: Range, ratio: Range, random: Random): Rectangle | undefined {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    // There the ratio is height by width.
    const { height: width, width: height } = rectangle(size, scale, ratio, random);
    if (height < size.height && width < size.width) return place({ height, width }, size, random);
  }
  return undefined;
}

/** The square of DeVries and Taylor 2017, cut off at the borders. */
export function cutoutSquare({ height, width }: Size, length: number, random: Random): Rectangle {
  const half = Math.floor(length / 2);
  const y = random.int(height) - half;
  const x = random.int(width) - half;
  const top = Math.max(0, y);
  const left = Math.max(0, x);
  return { top, left, height: Math.min(height, y + length) - top, width: Math.min(width, x + length) - left };
}

/** A share of the area and an aspect (width by height) whose logarithm is uniform. */
function rectangle(
  { height, width }: Size,
  scale: Range,
  ratio: Range,
  random: Random,
): { height: number; width: number } {
  const area = height * width * uniform(random, scale);
  const aspect = exactExp(uniform(random, [exactLog(ratio[0]), exactLog(ratio[1])]));
  return { width: Math.round(Math.sqrt(area * aspect)), height: Math.round(Math.sqrt(area / aspect)) };
}

function place({ height, width }: Size, size: Size, random: Random): Rectangle {
  return { top: random.int(size.height - height + 1), left: random.int(size.width - width + 1), height, width };
}
