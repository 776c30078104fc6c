import { relaxedMadd, type V128, vadd, vmul } from '../wasm/values.js';

/** Which instructions a module may use. */
export interface Arithmetic {
  /** Relaxed SIMD's multiply-add, one rounding where the machine has it. */
  readonly fma: boolean;
  /** Rows of the register tile: what V8's 15 vector registers hold (docs/engine.md). */
  readonly rows: number;
  /** Steps of the product's inner loop that are written out. */
  readonly unroll: number;
}

/** a * b + c. */
export const maddOf =
  ({ fma }: Arithmetic) =>
  (a: V128, b: V128, c: V128): V128 =>
    fma ? relaxedMadd(a, b, c) : vadd(c, vmul(a, b));
