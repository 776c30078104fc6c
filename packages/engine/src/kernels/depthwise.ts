import type { FunctionWriter, Local } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import { add, and, div, ge, type I32, int, load, lt, mul, rem, select, splat, sub, type V128 } from '../wasm/values.js';
import { type Arithmetic, maddOf } from './arithmetic.js';
import { clamp } from './product.js';
import { shareOf } from './split.js';

/** Kernel sizes of the zoo; every size is a function of its own with its taps written out. */
export const depthwiseKernels = [3, 5, 7] as const;

/**
 * Depthwise convolution, square kernel, any stride, dilation and padding. Weights are packed
 * `[channels / 4][bias, taps][4]`, so that the streams of taps do not fall on one cache set. Rows and columns outside the map
 * are skipped: rows by reading zeros, columns by a test outside the loop over channels.
 *
 * Parameters: x, its height and width, bytes of a pixel; weights; y, its height and width; images; stride y and x, padding
 * top and left, dilation y and x; a row of zeros; lo, hi.
 */
export function writeDepthwise(module: ModuleWriter, arithmetic: Arithmetic): void {
  for (const size of depthwiseKernels) module.function(`depthwise${size}`, (fn) => depthwise(fn, size, arithmetic));
}

function depthwise(fn: FunctionWriter, size: number, arithmetic: Arithmetic): void {
  const [x, height, width, pixel, weights, y, outHeight, outWidth] = fn.params(8) as EightInts;
  const [images, strideY, strideX, top, left, dilationY, dilationX, zeros] = fn.params(8) as EightInts;
  const [lo, hi] = [fn.param('f32'), fn.param('f32')];
  const [p, P] = [fn.param(), fn.param()];
  const bounds = { least: fn.let(splat(lo)), most: fn.let(splat(hi)) };
  const rowBytes = fn.let(mul(width, pixel));
  const step = fn.let(mul(dilationX, pixel));
  const [start, end] = shareOf(fn, mul(images, outHeight), p, P);
  const rows = Array.from({ length: size }, () => fn.local());
  const pointers = rows.map(() => fn.local());
  // Output columns whose windows lie wholly inside the map.
  const firstInside = fn.let(div(add(left, sub(strideX, 1)), strideX));
  const reach = fn.let(sub(sub(width, 1), sub(mul(dilationX, size - 1), left)));
  const endInside = fn.let(select(add(div(reach, strideX), 1), 0, ge(reach, 0)));
  fn.for(start, end, (line) => {
    const [image, oy] = [fn.let(div(line, outHeight)), fn.let(rem(line, outHeight))];
    const base = fn.let(add(x, mul(mul(image, height), rowBytes)));
    const y0 = fn.let(sub(mul(oy, strideY), top));
    rows.forEach((row, i) => {
      const iy = fn.let(add(y0, mul(dilationY, i)));
      const inside = and(ge(iy, 0), lt(iy, height));
      fn.set(row, select(add(base, mul(iy, rowBytes)), zeros, inside));
    });
    const out = fn.let(add(y, mul(mul(line, outWidth), pixel)));
    fn.for(0, outWidth, (ox) => {
      const x0 = fn.let(sub(mul(ox, strideX), left));
      // Zero rows are as long as a row, so that every row may be read at the same place.
      pointers.forEach((pointer, i) => {
        fn.set(pointer, add(rows[i] ?? 0, mul(x0, pixel)));
      });
      const place = { weights, out, pixel, step, pointers };
      fn.if(
        and(ge(ox, firstInside), lt(ox, endInside)),
        () => channels(fn, size, arithmetic, bounds, place, undefined),
        () =>
          channels(fn, size, arithmetic, bounds, place, (j) => {
            const ix = fn.let(add(x0, mul(dilationX, j)));
            return fn.let(and(ge(ix, 0), lt(ix, width)));
          }),
      );
      fn.increase(out, pixel);
    });
  });
}

type EightInts = readonly [I32, I32, I32, I32, I32, I32, I32, I32];

interface Place {
  readonly weights: I32;
  readonly out: I32;
  readonly pixel: I32;
  readonly step: I32;
  readonly pointers: readonly Local<'i32'>[];
}

/** One output pixel: four channels at a time, all taps written out; `inside` tells whether a column of taps is on the map. */
function channels(
  fn: FunctionWriter,
  size: number,
  arithmetic: Arithmetic,
  { least, most }: { readonly least: V128; readonly most: V128 },
  { weights, out, pixel, step, pointers }: Place,
  inside: ((column: number) => I32) | undefined,
): void {
  const madd = maddOf(arithmetic);
  const columns = Array.from({ length: size }, (_, j) => j);
  const tests = inside === undefined ? undefined : columns.map(inside);
  // Columns of taps lie `step` bytes apart.
  const offsets = columns.map((j) => (j === 0 ? int(0) : fn.let(mul(step, j))));
  const w = fn.let(weights);
  const sum = fn.local('v128');
  fn.for(
    0,
    pixel,
    (c) => {
      fn.set(sum, load(w));
      columns.forEach((j) => {
        const tap = (): void =>
          pointers.forEach((pointer, i) => {
            const at = add(add(pointer, c), offsets[j] ?? 0);
            fn.set(sum, madd(load(at), load(w, 16 * (1 + i * size + j)), sum));
          });
        const test = tests?.[j];
        if (test === undefined) tap();
        else fn.if(test, tap);
      });
      fn.store(add(out, c), clamp(sum, least, most));
      fn.increase(w, 16 * (1 + size * size));
    },
    16,
  );
}
