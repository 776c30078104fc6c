import type { Arithmetic } from '../../src/kernels/arithmetic.js';
import { kernelModule } from '../../src/kernels/index.js';

const heights = [1, 2, 3, 4, 5, 6];

const all: readonly Arithmetic[] = [false, true].flatMap((fma) =>
  heights.flatMap((rows) => [1, 4].map((unroll) => ({ fma, rows, unroll }))),
);

/** Every variant of the kernels that this runtime can have: those with multiply-add need relaxed SIMD. */
export const variants: readonly Arithmetic[] = all.filter(
  ({ fma }) => !fma || WebAssembly.validate(kernelModule({ fma, rows: 1, unroll: 1 }, false)),
);

export const nameOf = ({ fma, rows, unroll }: Arithmetic): string =>
  `${fma ? 'multiply-add' : 'multiply and add'}, ${rows} rows, unrolled ${unroll}`;
