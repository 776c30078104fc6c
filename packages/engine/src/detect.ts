import type { Arithmetic } from './kernels/arithmetic.js';

/** A function of one vector: valid only where SIMD is. */
const VECTORS = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 6, 1, 96, 1, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 11, 1, 9, 0, 32, 0, 32, 0, 253, 228, 1, 11],
]);

/** A function of one relaxed multiply-add: valid only where relaxed SIMD is. */
const RELAXED = new Uint8Array([
  ...[0, 97, 115, 109, 1, 0, 0, 0, 1, 8, 1, 96, 3, 123, 123, 123, 1, 123, 3, 2, 1, 0],
  ...[10, 13, 1, 11, 0, 32, 0, 32, 1, 32, 2, 253, 133, 2, 11],
]);

/** A structure type: valid in V8 from 11.9 on. */
const STRUCTURES = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 95, 1, 120, 0]);

/**
 * What this runtime has. Taller tiles pay where the compiler keeps the order of instructions, as Chromium's V8 does; that of
 * Node 20, which has relaxed SIMD behind a flag, moves all loads to the front and runs out of registers. Without SIMD (V8 on
 * processors before SSE4.1, Safari before 16.4) a row of 8 sums is all that registers hold.
 */
export function detectArithmetic(): Arithmetic {
  const has = (module: Uint8Array<ArrayBuffer>): boolean =>
    typeof WebAssembly !== 'undefined' && WebAssembly.validate(module);
  if (has(RELAXED)) return { instructions: 'relaxed-simd', rows: has(STRUCTURES) ? 6 : 4, vectors: 2, unroll: 1 };
  if (has(VECTORS)) return { instructions: 'simd', rows: 4, vectors: 2, unroll: 1 };
  return { instructions: 'scalar', rows: 2, vectors: 1, unroll: 1 };
}
