import { relaxedMadd, type V128, vadd, vmul } from '../wasm/values.js';

/**
 * Instructions from the most widespread to the fastest: floats one at a time; vectors of four (SIMD), with the same bits; vectors
 * with relaxed SIMD's multiply-add, which rounds once where the machine has it.
 */
export type Instructions = 'scalar' | 'simd' | 'relaxed-simd';

/** Which instructions a module may use, and how it uses them. */
export interface Arithmetic {
  readonly instructions: Instructions;
  /** Rows of the register tile: what V8's 15 vector registers hold (docs/engine.md). */
  readonly rows: number;
  /** Vectors of the tile's columns: 2, or 1 at a time. */
  readonly vectors: 1 | 2;
  /** Steps of the product's inner loop that are written out. */
  readonly unroll: number;
}

/** Whether a module has vectors; without, the writer takes them apart. */
export const hasVectors = ({ instructions }: Arithmetic): boolean => instructions !== 'scalar';

/** a * b + c. */
export const maddOf =
  ({ instructions }: Arithmetic) =>
  (a: V128, b: V128, c: V128): V128 =>
    instructions === 'relaxed-simd' ? relaxedMadd(a, b, c) : vadd(c, vmul(a, b));
