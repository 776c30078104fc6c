import type { ModuleWriter } from '../wasm/module.js';
import {
  add,
  div,
  type I32,
  load,
  minimum,
  mul,
  ne,
  select,
  splat,
  sub,
  type V128,
  vadd,
  vsub,
} from '../wasm/values.js';
import type { ProductRange } from './product.js';
import { shareOf } from './split.js';
import { clamp } from './tiles.js';

/** Sums of quarters of the right matrix, which lie one after another like the quarters B11, B12, B21, B22 themselves. */
export const WEIGHT_SUMS = 4;

/**
 * `strassen`: C = clamp(A B + bias + residual) by seven products of half the size (Winograd's variant of Strassen's algorithm:
 * Higham, "Accuracy and Stability of Numerical Algorithms", 2nd ed., section 23.1). `strassenWeights` makes the sums of
 * B's quarters, in every run: kept, they would be memory that is read in vain. Of the sums of products four of six are the
 * `residual` of another product.
 *
 * A's quarters are its even and its odd pixels by the two halves of its channels, so that it changes nothing who computes
 * which pixels or channels. The number of pixels is even.
 *
 * Threads share the channels of C's quarters, each with all pixels, where `columns` is not zero: a thread then reads its part of the
 * weights alone, and the sums that it made of them itself, but makes all sums of A. Else they share the pixels.
 *
 * Scratch of a thread, a strip being `most` pairs of pixels, for each pair: S1 and S2, S3 and S4 as the two pixels of A lie; then
 * P1 and U2, U3 and P5 as the two of C.
 */
export function writeStrassen(module: ModuleWriter, product: ProductRange): void {
  // T2 = B22 - T1, T3 = B22 - B12, T1 = B12 - B11 and B21 - T2, of quarters of `bytes` bytes.
  module.function('strassenWeights', (fn) => {
    const [b, t, bytes] = fn.params(3) as readonly [I32, I32, I32];
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, div(bytes, 16), p, P);
    fn.for(
      mul(start, 16),
      fn.let(mul(end, 16)),
      (at) => {
        const [from, to] = [fn.let(add(b, at)), fn.let(add(t, at))];
        const b12 = fn.let(load(add(from, bytes)));
        const b22 = fn.let(load(add(from, mul(bytes, 3))));
        const t1 = fn.let(vsub(b12, load(from)));
        const t2 = fn.let(vsub(b22, t1));
        fn.store(to, t2);
        fn.store(add(to, bytes), vsub(b22, b12));
        fn.store(add(to, mul(bytes, 2)), t1);
        fn.store(add(to, mul(bytes, 3)), vsub(load(add(from, mul(bytes, 2))), t2));
      },
      16,
    );
  });

  const sums = module.function('strassenSums', (fn) => {
    const [a, lda, s, rows, half] = fn.params(5) as readonly [I32, I32, I32, I32, I32];
    const pair = fn.let(mul(lda, 2));
    fn.for(0, rows, (i) => {
      const top = fn.let(add(a, mul(i, pair)));
      const bottom = fn.let(add(top, lda));
      const to = fn.let(add(s, mul(i, pair)));
      const next = fn.let(add(to, lda));
      fn.for(
        0,
        half,
        (c) => {
          const a11 = fn.let(load(add(top, c)));
          const a21 = fn.let(load(add(bottom, c)));
          const s1 = fn.let(vadd(a21, load(add(add(bottom, half), c))));
          const s2 = fn.let(vsub(s1, a11));
          fn.store(add(to, c), s1);
          fn.store(add(add(to, half), c), s2);
          fn.store(add(next, c), vsub(a11, a21));
          fn.store(add(add(next, half), c), vsub(load(add(add(top, half), c)), s2));
        },
        16,
      );
    });
  });

  // U4 = U2 + P5 over U2, and C22; a residual is added to them, and to P1 and U3, which become C11 and C21.
  const combine = module.function('strassenCombine', (fn) => {
    const [u, c, ldc, rows, half, bias] = fn.params(6) as Six;
    const [residual, first, last] = fn.params(3) as readonly [I32, I32, I32];
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const [least, highest] = [fn.let(splat(lo)), fn.let(splat(hi))];
    fn.for(0, rows, (i) => {
      const place = fn.let(mul(mul(i, 2), ldc));
      const p1 = fn.let(add(u, place));
      const u3 = fn.let(add(p1, ldc));
      const below = fn.let(add(place, ldc));
      const out = fn.let(add(add(c, below), half));
      const sum = (residual: I32 | undefined): void => {
        const top = residual === undefined ? undefined : fn.let(add(residual, place));
        const bottom = residual === undefined ? undefined : fn.let(add(residual, below));
        fn.for(
          first,
          last,
          (x) => {
            const right = fn.let(add(x, half));
            const [at1, at3] = [fn.let(add(p1, x)), fn.let(add(u3, x))];
            const [at2, at5] = [fn.let(add(p1, right)), fn.let(add(u3, right))];
            const plus = (value: V128, place: I32 | undefined): V128 =>
              place === undefined ? value : vadd(value, load(place));
            const p5 = fn.let(load(at5));
            const third = fn.let(load(at3));
            fn.store(at2, plus(vadd(load(at2), p5), top && add(top, right)));
            const c22 = plus(vadd(vadd(third, p5), load(add(add(bias, half), x))), bottom && add(bottom, right));
            fn.store(add(out, x), clamp(c22, least, highest));
            if (top === undefined || bottom === undefined) return;
            fn.store(at1, plus(load(at1), add(top, x)));
            fn.store(at3, plus(third, add(bottom, x)));
          },
          16,
        );
      };
      fn.if(
        ne(residual, 0),
        () => sum(residual),
        () => sum(undefined),
      );
    });
  });

  module.function('strassen', (fn) => {
    const [a, lda, b, t, c, ldc] = fn.params(6) as Six;
    const [bias, residual, pixels, zeros, scratch, most] = fn.params(6) as Six;
    const columns = fn.param();
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const [none, all] = [fn.param('f32'), fn.param('f32')];
    const [p, P] = [fn.param(), fn.param()];
    const [kc, panels] = [fn.let(div(lda, 8)), fn.let(div(ldc, 64))];
    const [start, end] = shareOf(fn, div(pixels, 2), p, P);
    const [firstPanel, lastPanel] = shareOf(fn, panels, p, P);
    fn.set(start, select(0, start, columns));
    fn.set(end, select(div(pixels, 2), end, columns));
    fn.set(firstPanel, select(firstPanel, 0, columns));
    fn.set(lastPanel, select(lastPanel, panels, columns));
    const own = fn.let(sub(lastPanel, firstPanel));
    // Of this thread's channels: where they begin in a row of C, and in a quarter of weights.
    const [first, last] = [fn.let(mul(firstPanel, 32)), fn.let(mul(lastPanel, 32))];
    const weights = fn.let(mul(first, kc));
    const s = fn.let(add(scratch, mul(p, mul(mul(most, 2), add(lda, ldc)))));
    const u = fn.let(add(s, mul(mul(most, 2), lda)));
    const [halfA, halfC] = [fn.let(div(lda, 2)), fn.let(div(ldc, 2))];
    const quarter = fn.let(mul(kc, halfC));
    const [s3, u3] = [fn.let(add(s, lda)), fn.let(add(u, ldc))];
    const [pairA, pairC] = [fn.let(mul(lda, 2)), fn.let(mul(ldc, 2))];
    fn.for(
      start,
      end,
      (pair) => {
        const rows = fn.let(minimum(fn.let(sub(end, pair)), most));
        const top = fn.let(add(a, mul(pair, pairA)));
        const bottom = fn.let(add(top, lda));
        const at = fn.let(mul(pair, pairC));
        const out = fn.let(add(c, at));
        const below = fn.let(add(out, ldc));
        const more = fn.let(residual);
        fn.if(ne(residual, 0), () => fn.increase(more, at));
        const quarters = (matrix: I32, index: number): I32 =>
          add(add(matrix, weights), index === 0 ? 0 : mul(quarter, index));
        const ours = (address: I32): I32 => add(address, first);
        const part = (left: I32, right: I32, to: I32, plus: I32 | 0): void =>
          fn.call(
            ...([product, left, pairA, kc, right, ours(to), pairC, zeros] as const),
            ...([plus === 0 ? 0 : ours(plus), rows, own, rows, none, all] as const),
          );
        const result = (left: I32, right: I32, to: I32, plus: I32, shift: I32): void =>
          fn.call(
            ...([product, left, pairA, kc, right, ours(to), pairC, ours(shift)] as const),
            ...([ours(plus), rows, own, rows, lo, hi] as const),
          );
        fn.call(sums, top, lda, s, rows, halfA);
        part(top, quarters(b, 0), u, 0);
        part(add(s, halfA), quarters(t, 0), add(u, halfC), u);
        part(s3, quarters(t, 1), u3, add(u, halfC));
        part(s, quarters(t, 2), add(u3, halfC), 0);
        fn.call(combine, u, out, ldc, rows, halfC, bias, more, first, last, lo, hi);
        result(add(top, halfA), quarters(b, 2), out, u, bias);
        result(add(s3, halfA), quarters(b, 3), add(out, halfC), add(u, halfC), add(bias, halfC));
        result(add(bottom, halfA), quarters(t, 3), below, u3, bias);
      },
      most,
    );
  });
}

type Six = readonly [I32, I32, I32, I32, I32, I32];
