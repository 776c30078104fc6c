import type { Callee } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import { add, ge, gt, type I32, type Int, loadInt, lt, minimum, mul, ne, select, sub } from '../wasm/values.js';
import type { Arithmetic } from './arithmetic.js';
import { shareOf } from './split.js';
import { directTiles, dispatch, eight, evenly, PANEL, tableTiles } from './tiles.js';

/** `productRange`, without threads. */
export type ProductRange = Callee;

/** Products of matrices, with bias, residual and clamp; returns the one that others call, without threads. */
export function writeProducts(module: ModuleWriter, arithmetic: Arithmetic): ProductRange {
  const direct = directTiles(module, arithmetic);
  const table = tableTiles(module, arithmetic);
  const { rows } = arithmetic;

  // C[m, n] = clamp(A[m, kc] B[kc, n] + bias + residual): rows of A `lda` bytes apart, B packed in panels of 8 columns.
  const block = module.function('productRange', (fn) => {
    const [a, lda, kc, b, c, ldc, bias, residual] = eight(fn.params(8));
    const [m, panels, rowsAtOnce] = three(fn.params(3));
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const panelBytes = fn.let(mul(kc, 4 * PANEL));
    fn.for(
      0,
      m,
      (m0) => {
        const some = fn.let(minimum(fn.let(sub(m, m0)), rowsAtOnce));
        const { count, height, tall } = evenly(fn, some, rows);
        const [short, tallRows] = [fn.let(sub(count, tall)), fn.let(mul(tall, add(height, 1)))];
        fn.for(0, panels, (j) => {
          const [bj, biasj] = [fn.let(add(b, mul(j, panelBytes))), fn.let(add(bias, mul(j, 4 * PANEL)))];
          const ai = fn.let(add(a, mul(m0, lda)));
          const ci = fn.let(add(add(c, mul(m0, ldc)), mul(j, 4 * PANEL)));
          const ri = fn.let(select(add(add(residual, mul(m0, ldc)), mul(j, 4 * PANEL)), 0, ne(residual, 0)));
          // Those that are a row taller come first.
          fn.if(gt(tall, 0), () => {
            const h = fn.let(add(height, 1));
            dispatch(fn, direct, h, (tiles) => fn.call(tiles, ai, lda, kc, bj, ci, ldc, biasj, ri, tall, lo, hi));
            const [read, written] = [fn.let(mul(tallRows, lda)), fn.let(mul(tallRows, ldc))];
            fn.increase(ai, read);
            fn.increase(ci, written);
            fn.if(ne(residual, 0), () => fn.increase(ri, written));
          });
          dispatch(fn, direct, height, (tiles) => fn.call(tiles, ai, lda, kc, bj, ci, ldc, biasj, ri, short, lo, hi));
        });
      },
      rowsAtOnce,
    );
  });

  // The same for a thread: many rows are split by rows, few by panels.
  module.function('product', (fn) => {
    const [a, lda, kc, b, c, ldc, bias, residual] = eight(fn.params(8));
    const [m, panels, rowsAtOnce] = three(fn.params(3));
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const [p, P] = [fn.param(), fn.param()];
    const moved = (address: I32, by: Int): I32 => select(add(address, by), 0, ne(address, 0));
    fn.if(
      ge(m, mul(P, 64)),
      () => {
        const [start, end] = shareOf(fn, m, p, P);
        const offset = fn.let(mul(start, ldc));
        fn.call(
          ...([
            block,
            add(a, mul(start, lda)),
            lda,
            kc,
            b,
            add(c, offset),
            ldc,
            bias,
            moved(residual, offset),
          ] as const),
          ...([sub(end, start), panels, rowsAtOnce, lo, hi] as const),
        );
      },
      () => {
        const [start, end] = shareOf(fn, panels, p, P);
        const [columns, weights] = [fn.let(mul(start, 4 * PANEL)), fn.let(mul(mul(start, kc), 4 * PANEL))];
        fn.call(
          ...([block, a, lda, kc, add(b, weights), add(c, columns), ldc, add(bias, columns)] as const),
          ...([moved(residual, columns), m, sub(end, start), rowsAtOnce, lo, hi] as const),
        );
      },
    );
  });

  // A convolution as a product whose rows stand in a table. `panels` has for each 8 output channels the address of its
  // weights, the offset in bytes of its input channels, and how many those are: groups differ in these.
  module.function('tableProduct', (fn) => {
    const [tab, taps, panelTable, panels, c, ldc, bias, residual] = eight(fn.params(8));
    const [m, tilesAtOnce] = [fn.param(), fn.param()];
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const [p, P] = [fn.param(), fn.param()];
    const { count, height, tall } = evenly(fn, m, rows);
    const byTiles = fn.let(ge(count, mul(P, 4)));
    const [tileStart, tileEnd] = shareOf(fn, count, p, P);
    const [panelStart, panelEnd] = shareOf(fn, panels, p, P);
    fn.set(tileStart, select(tileStart, 0, byTiles));
    fn.set(tileEnd, select(tileEnd, count, byTiles));
    fn.set(panelStart, select(0, panelStart, byTiles));
    fn.set(panelEnd, select(panels, panelEnd, byTiles));
    fn.for(
      tileStart,
      tileEnd,
      (t0) => {
        const t1 = fn.let(minimum(fn.let(add(t0, tilesAtOnce)), tileEnd));
        fn.for(panelStart, panelEnd, (j) => {
          const entry = fn.let(add(panelTable, mul(j, 12)));
          const [b, offset, kc] = [fn.let(loadInt(entry)), fn.let(loadInt(entry, 4)), fn.let(loadInt(entry, 8))];
          const biasj = fn.let(add(bias, mul(j, 4 * PANEL)));
          const tallEnd = fn.let(minimum(t1, tall));
          const shortStart = fn.let(tallEnd);
          fn.if(lt(shortStart, t0), () => fn.set(shortStart, t0));
          // Those that are a row taller come first.
          const some = (from: I32, to: I32, h: I32, before: I32): void =>
            fn.if(lt(from, to), () => {
              const i = fn.let(add(mul(from, height), before));
              const at = fn.let(add(mul(i, ldc), mul(j, 4 * PANEL)));
              const rowsTable = fn.let(add(tab, mul(mul(i, taps), 4)));
              const ri = fn.let(select(add(residual, at), 0, ne(residual, 0)));
              const tiles = fn.let(sub(to, from));
              dispatch(fn, table, h, (callee) =>
                fn.call(callee, rowsTable, taps, kc, b, add(c, at), ldc, biasj, ri, tiles, offset, lo, hi),
              );
            });
          some(t0, tallEnd, fn.let(add(height, 1)), t0);
          some(shortStart, t1, height, tall);
        });
      },
      tilesAtOnce,
    );
  });
  return block;
}

function three(values: readonly I32[]): readonly [I32, I32, I32] {
  return values as [I32, I32, I32];
}
