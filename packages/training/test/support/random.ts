import { sizeOf } from '@convzoo/layers';
import * as fc from 'fast-check';
import { hash32 } from '../../src/index.js';
import { type Array64, array64 } from '../reference/array.js';

/** Values that float32 holds exactly, in [-2, 2): the seed alone decides. */
export function randomArray(shape: readonly number[], seed: number): Array64 {
  const size = sizeOf(shape);
  return array64(
    shape,
    Array.from({ length: size }, (_, i) => ((hash32(seed, i) >>> 8) / 2 ** 24) * 4 - 2),
  );
}

/** All different, at least 1/8 apart, in random order: no max pool has a tie. */
export function distinctArray(shape: readonly number[], seed: number): Array64 {
  const size = sizeOf(shape);
  const order = Array.from({ length: size }, (_, i) => i).sort((a, b) => hash32(seed, a) - hash32(seed, b) || a - b);
  return array64(
    shape,
    order.map((rank) => (rank - size / 2) / 8),
  );
}

/** Odd multiples of 1/8 from -8 to 8: never within 1/8 of 0 or 6, where an activation changes branch. */
export function openArray(shape: readonly number[], seed: number): Array64 {
  const size = sizeOf(shape);
  return array64(
    shape,
    Array.from({ length: size }, (_, i) => ((hash32(seed, i) >>> 26) - 32) / 4 + 0.125),
  );
}

export const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });
