import type { FunctionWriter } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import {
  add,
  constant,
  div,
  type F32,
  f32,
  fdiv,
  type I32,
  load,
  loadInt,
  minimum,
  mul,
  rem,
  splat,
  sub,
  toFloat,
  type V128,
  vadd,
  vmul,
  vpmax,
} from '../wasm/values.js';
import { shareOf } from './split.js';

/**
 * Pools over windows that stand in two tables, one of rows and one of columns: for each output its first input, the one
 * after the last, and what a mean divides by along this axis. So one function serves strides, padding, ceil mode and
 * adaptive bins.
 */
export function writePools(module: ModuleWriter): void {
  pool(module, 'maxPool', {
    start: constant(Number.NEGATIVE_INFINITY),
    // NaN is passed over, as by tfjs: pmax(a, b) is a < b ? b : a.
    step: (sum, x) => vpmax(sum, x),
    end: (sum) => sum,
  });
  pool(module, 'averagePool', {
    start: constant(0),
    step: vadd,
    end: (sum, count) => vmul(sum, splat(fdiv(f32(1), count))),
  });
}

interface Reduction {
  readonly start: V128;
  readonly step: (sum: V128, x: V128) => V128;
  readonly end: (sum: V128, count: F32) => V128;
}

/** Bytes of a pixel that are pooled at once; every pixel has a multiple of them. */
export const POOL_BYTES = 32;

type Six = readonly [I32, I32, I32, I32, I32, I32];

function pool(module: ModuleWriter, name: string, { start, step, end }: Reduction): void {
  module.function(name, (fn: FunctionWriter) => {
    const [x, imageBytes, rowBytes, pixel, y, images] = fn.params(6) as Six;
    const [rowTable, outHeight, columnTable, outWidth] = fn.params(4) as readonly [I32, I32, I32, I32];
    const piece = fn.param();
    const [p, P] = [fn.param(), fn.param()];
    // Pieces of `piece` bytes of the pixels of a line: whole pixels as they lie in memory, or parts for each thread of a small map.
    const pieces = fn.let(div(add(pixel, sub(piece, 1)), piece));
    const [first, last] = shareOf(fn, mul(mul(images, outHeight), pieces), p, P);
    const sums = [fn.local('v128'), fn.local('v128')];
    fn.for(first, last, (item) => {
      const [line, c0] = [fn.let(div(item, pieces)), fn.let(mul(rem(item, pieces), piece))];
      const c1 = fn.let(minimum(fn.let(add(c0, piece)), pixel));
      const [image, oy] = [fn.let(div(line, outHeight)), fn.let(rem(line, outHeight))];
      const rows = fn.let(add(rowTable, mul(oy, 12)));
      const [y0, y1, yCount] = [fn.let(loadInt(rows)), fn.let(loadInt(rows, 4)), fn.let(loadInt(rows, 8))];
      const base = fn.let(add(x, mul(image, imageBytes)));
      const out = fn.let(add(y, mul(mul(line, outWidth), pixel)));
      fn.for(0, outWidth, (ox) => {
        const columns = fn.let(add(columnTable, mul(ox, 12)));
        const from = fn.let(mul(loadInt(columns), pixel));
        const to = fn.let(mul(loadInt(columns, 4), pixel));
        const count = fn.let(toFloat(mul(yCount, loadInt(columns, 8))));
        fn.for(
          c0,
          c1,
          (c) => {
            for (const sum of sums) fn.set(sum, start);
            fn.for(y0, y1, (iy) => {
              const row = fn.let(add(add(base, c), mul(iy, rowBytes)));
              fn.for(
                from,
                to,
                (at) =>
                  sums.forEach((sum, i) => {
                    fn.set(sum, step(sum, load(add(row, at), 16 * i)));
                  }),
                pixel,
              );
            });
            sums.forEach((sum, i) => {
              fn.store(add(out, c), end(sum, count), 16 * i);
            });
          },
          POOL_BYTES,
        );
        fn.increase(out, pixel);
      });
    });
  });
}
