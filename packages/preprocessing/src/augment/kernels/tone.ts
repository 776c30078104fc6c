import { invalidArgument } from '../../errors.js';
import type { Image } from '../../image.js';
import { applyTables, histogram, sameForAll } from './tables.js';

// What Pillow's ImageOps does, which torchvision calls for PIL pictures.

/** Keeps the highest `bits` bits (1 to 8) of every value: `ImageOps.posterize`. */
export function posterize(image: Image, bits: number): Image {
  if (!(Number.isInteger(bits) && bits >= 0 && bits <= 8)) {
    throw invalidArgument(`posterize: bits must be an integer from 0 to 8, got ${bits}`);
  }
  const mask = 256 - 2 ** (8 - bits);
  return applyTables(
    image,
    sameForAll((value) => value & mask),
  );
}

/** Inverts the values at or above `threshold` (0 to 255): `ImageOps.solarize`. */
export function solarize(image: Image, threshold: number): Image {
  if (!Number.isFinite(threshold)) throw invalidArgument(`solarize: threshold must be a number, got ${threshold}`);
  return applyTables(
    image,
    sameForAll((value) => (value < threshold ? value : 255 - value)),
  );
}

/** The negative: `ImageOps.invert`. */
export function invert(image: Image): Image {
  return applyTables(
    image,
    sameForAll((value) => 255 - value),
  );
}

/** Stretches each channel so that its darkest value becomes 0 and its brightest 255: `ImageOps.autocontrast`. */
export function autocontrast(image: Image): Image {
  return applyTables(image, channelTables(histogram(image), stretch));
}

/** Makes each channel's histogram as even as a table can: `ImageOps.equalize`. */
export function equalize(image: Image): Image {
  return applyTables(image, channelTables(histogram(image), flatten));
}

type Curve = (counts: Uint32Array) => (value: number) => number;

function channelTables(counts: Uint32Array, curve: Curve): Uint8Array {
  const tables = new Uint8Array(768);
  for (let channel = 0; channel < 3; channel++) {
    const start = channel * 256;
    const entry = curve(counts.subarray(start, start + 256));
    for (let value = 0; value < 256; value++) tables[start + value] = entry(value);
  }
  return tables;
}

const unchanged = (value: number): number => value;

function stretch(counts: Uint32Array): (value: number) => number {
  const low = counts.findIndex((count) => count > 0);
  const high = counts.findLastIndex((count) => count > 0);
  if (high <= low) return unchanged;
  const scale = 255 / (high - low);
  const offset = -low * scale;
  return (value) => Math.min(255, Math.max(0, Math.trunc(value * scale + offset)));
}

function flatten(counts: Uint32Array): (value: number) => number {
  const used = counts.filter((count) => count > 0);
  const total = used.reduce((sum, count) => sum + count, 0);
  const step = Math.floor((total - (used.at(-1) ?? 0)) / 255);
  if (used.length <= 1 || step === 0) return unchanged;
  const below = new Float64Array(256);
  for (let value = 1; value < 256; value++) {
    below[value] = (below[value - 1] as number) + (counts[value - 1] as number);
  }
  const half = Math.floor(step / 2);
  // Small pictures go beyond 255; Pillow's `point` clips.
  return (value) => Math.min(255, Math.floor((half + (below[value] as number)) / step));
}
