import type { Bytes } from './encode.js';
import { floatLane } from './lanes.js';
import type { Local } from './locals.js';
import { type F32, type Int, int, memory, simd, type V128, value } from './values.js';

const halfOf = (first: number): Bytes => Array.from({ length: 8 }, (_, i) => first + i);
const shuffle = (low: number, high: number): Bytes => [simd(0x0d), halfOf(low), halfOf(high)];

/** A float times a float64 in memory. */
const scaledLane = (x: F32, factors: Int, offset: number): F32 =>
  value('f32', x, [0xbb], int(factors), [0x2b, memory(offset)], [0xa2, 0xb6]);

/** The lower two lanes of what is on the stack, times two float64 in memory. */
const scaledPair = (factors: Int, offset: number): Bytes => [
  ...[simd(0x5f), int(factors).code, simd(0x00), memory(offset)],
  ...[simd(0xf2), simd(0x5e)],
];

/** Four floats times four float64 in memory: products in float64, rounded once. */
export function scaledByDoubles(x: Local<'v128'>, factors: Int): V128 {
  const [low, high] = [scaledPair(factors, 0), scaledPair(factors, 16)];
  return {
    ...value('v128', x, low, x, x, shuffle(8, 0), high, shuffle(0, 16)),
    lanes: (lane, scratch) => floatLane(scaledLane(x.lanes(lane, scratch).float, factors, 8 * lane)),
    uniform: false,
  };
}
