import type { FunctionWriter } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import { add, and, div, eq, ge, type I32, int, lt, mul, rem, select, splat, sub } from '../wasm/values.js';
import type { Arithmetic } from './arithmetic.js';
import { column, square } from './depthwise-pixels.js';
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
  // Two lines at once, of one image, where their windows overlap in all rows but one; else line by line.
  const dense = fn.let(and(and(eq(strideY, 1), eq(strideX, 1)), and(eq(dilationY, 1), eq(dilationX, 1))));
  const linesAtOnce = fn.let(add(dense, 1));
  const groups = fn.let(div(add(outHeight, sub(linesAtOnce, 1)), linesAtOnce));
  const [start, end] = shareOf(fn, mul(images, groups), p, P);
  const rows = Array.from({ length: size + 1 }, () => fn.local());
  const pointers = rows.map(() => fn.local());
  // Output columns whose windows lie wholly inside the map.
  const firstInside = fn.let(div(add(left, sub(strideX, 1)), strideX));
  const reach = fn.let(sub(sub(width, 1), sub(mul(dilationX, size - 1), left)));
  const endInside = fn.let(select(add(div(reach, strideX), 1), 0, ge(reach, 0)));
  const out = fn.local();
  const ox = fn.local();
  const bytes = fn.let(mul(outWidth, pixel));
  fn.for(start, end, (group) => {
    const image = fn.let(div(group, groups));
    const oy = fn.let(mul(rem(group, groups), linesAtOnce));
    const base = fn.let(add(x, mul(mul(image, height), rowBytes)));
    const y0 = fn.let(sub(mul(oy, strideY), top));
    rows.forEach((row, i) => {
      const iy = fn.let(add(y0, mul(dilationY, i)));
      const inside = and(ge(iy, 0), lt(iy, height));
      fn.set(row, select(add(base, mul(iy, rowBytes)), zeros, inside));
    });
    const both = fn.let(and(dense, lt(add(oy, 1), outHeight)));
    fn.set(out, add(y, mul(add(mul(image, outHeight), oy), bytes)));
    fn.set(ox, int(0));
    fn.doWhile(
      () => {
        const x0 = fn.let(sub(mul(ox, strideX), left));
        // Zero rows are as long as a row, so that every row may be read at the same place.
        pointers.forEach((pointer, i) => {
          fn.set(pointer, add(rows[i] ?? 0, mul(x0, pixel)));
        });
        const place = { weights, out, pixel, line: bytes, step, pointers };
        const inner = fn.let(and(ge(ox, firstInside), lt(ox, endInside)));
        const test = (j: number): I32 => {
          const ix = fn.let(add(x0, mul(dilationX, j)));
          return fn.let(and(ge(ix, 0), lt(ix, width)));
        };
        fn.if(
          and(and(both, inner), lt(add(ox, 1), endInside)),
          () => {
            square(fn, size, arithmetic, bounds, place);
            fn.increase(out, mul(pixel, 2));
            fn.increase(ox, 2);
          },
          () => {
            fn.if(
              both,
              () => column(fn, size, arithmetic, bounds, place, { lines: 2, inside: test }),
              () =>
                fn.if(
                  inner,
                  () => column(fn, size, arithmetic, bounds, place, { lines: 1 }),
                  () => column(fn, size, arithmetic, bounds, place, { lines: 1, inside: test }),
                ),
            );
            fn.increase(out, pixel);
            fn.increase(ox, 1);
          },
        );
      },
      () => lt(ox, outWidth),
    );
  });
}

type EightInts = readonly [I32, I32, I32, I32, I32, I32, I32, I32];
