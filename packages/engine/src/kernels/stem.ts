import type { FunctionWriter } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import {
  add,
  constant,
  div,
  ge,
  type I32,
  load,
  lt,
  minimum,
  mul,
  rem,
  splat,
  sub,
  type V128,
  vadd,
  vmul,
} from '../wasm/values.js';
import { type Arithmetic, maddOf } from './arithmetic.js';
import type { ProductRange } from './product.js';
import { shareOf } from './split.js';
import { clamp } from './tiles.js';
import { type MinimalFilter, minimalFilter } from './toom-cook.js';

/** Rows of results that are computed at once, distance between the first inputs of two, and rows of the kernel. */
export const STEM = { rows: 4, stride: 2, taps: 7 } as const;

/** Taps 0, 2, 4, 6 meet every second row of the input, taps 1, 3, 5 the others: each a filter of its own of stride 1. */
const parts: readonly { readonly first: number; readonly filter: MinimalFilter }[] = [
  { first: 0, filter: minimalFilter(STEM.rows, Math.ceil(STEM.taps / 2)) },
  { first: 1, filter: minimalFilter(STEM.rows, Math.floor(STEM.taps / 2)) },
];

/** Products for each column of a strip of rows, one filter's after the other's. */
export const STEM_PRODUCTS = parts.reduce((sum, { filter }) => sum + filter.input.length, 0);

/** `[7, k, n]` into `[products, k, n]`: each product's sum over the rows of the kernel. */
export function stemWeights(kernel: Float32Array): Float32Array {
  const each = kernel.length / STEM.taps;
  const evaluated = new Float32Array(STEM_PRODUCTS * each);
  let product = 0;
  for (const { first, filter } of parts) {
    for (const factors of filter.taps) {
      const to = evaluated.subarray(product * each, (product + 1) * each);
      product++;
      for (let i = 0; i < each; i++) {
        to[i] = factors.reduce((sum, factor, tap) => sum + factor * (kernel[(first + 2 * tap) * each + i] ?? 0), 0);
      }
    }
  }
  return evaluated;
}

type Six = readonly [I32, I32, I32, I32, I32, I32];

/**
 * `stem`: a kernel of 7 rows at stride 2 over few channels, as the first layer of a residual network is. Down the columns it is
 * filtered minimally, 13 products for 4 rows of results instead of 28; along the rows it is a product over whole rows of the
 * kernel. The input is a padded copy whose pixels have no gaps.
 *
 * Scratch of a thread: 13 lines of `lineBytes`, then 13 of results.
 */
export function writeStem(module: ModuleWriter, product: ProductRange, arithmetic: Arithmetic): void {
  const madd = maddOf(arithmetic);
  const weighted = (fn: FunctionWriter, factors: readonly number[], values: readonly V128[]): V128 => {
    let sum: V128 | undefined;
    factors.forEach((factor, i) => {
      const value = values[i];
      if (factor === 0 || value === undefined) return;
      if (sum === undefined) sum = factor === 1 ? value : vmul(value, constant(factor));
      else sum = factor === 1 ? vadd(sum, value) : madd(value, constant(factor), sum);
    });
    return fn.let(sum ?? constant(0));
  };

  const input = module.function('stemInput', (fn) => {
    const [x, rowBytes, lines, lineBytes] = fn.params(4) as readonly [I32, I32, I32, I32];
    fn.for(
      0,
      lineBytes,
      (c) => {
        const to = fn.let(add(lines, c));
        for (const { first, filter } of parts) {
          const from = fn.let(add(add(x, mul(rowBytes, first)), c));
          const values = filter.input.map(() => {
            const value = fn.let(load(from));
            fn.increase(from, mul(rowBytes, STEM.stride));
            return value;
          });
          for (const factors of filter.input) {
            fn.store(to, weighted(fn, factors, values));
            fn.increase(to, lineBytes);
          }
        }
      },
      16,
    );
  });

  const output = module.function('stemOutput', (fn) => {
    const [products, resultBytes, y, rows, bias, pixel] = fn.params(6) as Six;
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const [least, most] = [fn.let(splat(lo)), fn.let(splat(hi))];
    const shift = fn.let(bias);
    fn.for(
      0,
      resultBytes,
      (c) => {
        const from = fn.let(add(products, c));
        const values = parts.map(({ filter }) =>
          filter.input.map(() => {
            const value = fn.let(load(from));
            fn.increase(from, resultBytes);
            return value;
          }),
        );
        const to = fn.let(add(y, c));
        for (let row = 0; row < STEM.rows; row++) {
          fn.if(lt(row, rows), () => {
            const sums = parts.map(({ filter }, i) => weighted(fn, filter.output[row] ?? [], values[i] ?? []));
            const sum = sums.reduce((a, b) => vadd(a, b), load(shift));
            fn.store(to, clamp(sum, least, most));
            fn.increase(to, resultBytes);
          });
        }
        fn.increase(shift, 16);
        fn.if(ge(sub(shift, bias), pixel), () => fn.set(shift, bias));
      },
      16,
    );
  });

  module.function('stem', (fn) => {
    const [x, rowBytes, imageBytes, stepBytes, kc, weights] = fn.params(6) as Six;
    const [y, outHeight, outWidth, outPixel, panels, bias] = fn.params(6) as Six;
    const [images, zeros, scratch, lineBytes] = fn.params(4) as readonly [I32, I32, I32, I32];
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const [none, all] = [fn.param('f32'), fn.param('f32')];
    const [p, P] = [fn.param(), fn.param()];
    const strips = fn.let(div(add(outHeight, STEM.rows - 1), STEM.rows));
    const [start, end] = shareOf(fn, mul(images, strips), p, P);
    const resultBytes = fn.let(mul(outWidth, outPixel));
    const lines = fn.let(add(scratch, mul(p, mul(add(lineBytes, resultBytes), STEM_PRODUCTS))));
    const results = fn.let(add(lines, mul(lineBytes, STEM_PRODUCTS)));
    const matrix = fn.let(mul(mul(panels, kc), 32));
    fn.for(start, end, (strip) => {
      const [image, row] = [fn.let(div(strip, strips)), fn.let(mul(rem(strip, strips), STEM.rows))];
      const from = add(add(x, mul(image, imageBytes)), mul(mul(row, STEM.stride), rowBytes));
      fn.call(input, from, rowBytes, lines, lineBytes);
      fn.for(0, STEM_PRODUCTS, (i) => {
        const [a, b] = [add(lines, mul(i, lineBytes)), add(weights, mul(i, matrix))];
        const c = add(results, mul(i, resultBytes));
        fn.call(product, a, stepBytes, kc, b, c, outPixel, zeros, 0, outWidth, panels, outWidth, none, all);
      });
      const rows = fn.let(minimum(fn.let(sub(outHeight, row)), STEM.rows));
      const to = add(y, mul(add(mul(image, outHeight), row), resultBytes));
      fn.call(output, results, resultBytes, to, rows, bias, outPixel, lo, hi);
    });
  });
}
