import type { Callee, FunctionWriter, Local } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import {
  add,
  div,
  eq,
  type F32,
  ge,
  gt,
  type I32,
  type Int,
  load,
  loadInt,
  loadSplat,
  lt,
  mul,
  ne,
  splat,
  sub,
  type V128,
  vadd,
  vpmax,
  vpmin,
} from '../wasm/values.js';
import { type Arithmetic, maddOf } from './arithmetic.js';

/** Columns of a register tile: two vectors. */
export const PANEL = 8;

/** The sums of a row of a tile. */
type Sums = readonly Local<'v128'>[];

interface Tile {
  /** Addresses of the rows of the left matrix at the first tap, or where they are found. */
  readonly start: (fn: FunctionWriter, rows: readonly Local<'i32'>[]) => void;
  readonly kc: I32;
  readonly b: Local<'i32'>;
}

/** The inner loop: for each of `kc` steps two vectors of B, and a float of each row in all lanes. */
function steps(
  fn: FunctionWriter,
  { kc, b, start }: Tile,
  rows: readonly Local<'i32'>[],
  sums: readonly Sums[],
  arithmetic: Arithmetic,
): void {
  const madd = maddOf(arithmetic);
  const { unroll, vectors } = arithmetic;
  start(fn, rows);
  const columns = Array.from({ length: vectors }, () => fn.local('v128'));
  const x = fn.local('v128');
  const write = (count: number): void => {
    for (let u = 0; u < count; u++) {
      columns.forEach((column, j) => {
        fn.set(column, load(b, 32 * u + 16 * j));
      });
      rows.forEach((row, i) => {
        fn.set(x, loadSplat(row, 4 * u));
        sums[i]?.forEach((sum, j) => {
          fn.set(sum, madd(x, columns[j] ?? x, sum));
        });
      });
    }
    for (const row of rows) fn.increase(row, 4 * count);
    fn.increase(b, 32 * count);
  };
  const left = fn.let(kc);
  if (unroll > 1) {
    fn.if(ge(left, unroll), () =>
      fn.doWhile(
        () => {
          write(unroll);
          fn.increase(left, -unroll);
        },
        () => ge(left, unroll),
      ),
    );
  }
  const rest = (): void =>
    fn.doWhile(
      () => {
        write(1);
        fn.increase(left, -1);
      },
      () => gt(left, 0),
    );
  if (unroll > 1) fn.if(gt(left, 0), rest);
  else rest();
}

interface Places {
  readonly b: I32;
  readonly bias: I32;
  readonly c: I32;
  readonly ldc: I32;
  readonly residual: I32;
  readonly lo: F32;
  readonly hi: F32;
}

/** Adds the product of rows and columns; `b` is its own to move. */
type AddProduct = (rows: readonly Local<'i32'>[], sums: readonly Sums[], b: Local<'i32'>) => void;

/** Bias in, product added, residual added, clamped, stored: for all columns of the panel, or for one vector of them after another. */
function tileBody(
  fn: FunctionWriter,
  height: number,
  { vectors }: Arithmetic,
  { b, bias, c, ldc, residual, lo, hi }: Places,
  product: AddProduct,
): void {
  const rows = Array.from({ length: height }, () => fn.local());
  const halves = Array.from({ length: vectors }, (_, j) => 16 * j);
  const body = (part: Int): void => {
    const panel = fn.let(add(b, part));
    const sums = rows.map(() => halves.map((half) => fn.let(load(add(bias, part), half))));
    product(rows, sums, panel);
    const out = fn.let(add(c, part));
    const more = fn.let(add(residual, part));
    fn.if(ne(residual, 0), () => {
      for (const row of sums) {
        row.forEach((sum, j) => {
          fn.set(sum, vadd(sum, load(more, 16 * j)));
        });
        fn.increase(more, ldc);
      }
    });
    const [least, most] = [fn.let(splat(lo)), fn.let(splat(hi))];
    for (const row of sums) {
      row.forEach((sum, j) => {
        fn.store(out, clamp(sum, least, most), 16 * j);
      });
      fn.increase(out, ldc);
    }
  };
  if (vectors === 2) body(0);
  else fn.for(0, 4 * PANEL, body, 16);
}

/** NaN stays NaN: pmin(a, b) is b < a ? b : a. */
export const clamp = (x: V128, lo: V128, hi: V128): V128 => vpmin(vpmax(x, lo), hi);

/** `count` tiles one below the other, of 1 to `rows` rows each, whose left matrix has rows at a fixed distance. */
export function directTiles(module: ModuleWriter, arithmetic: Arithmetic): readonly Callee[] {
  return heights(arithmetic).map((height) =>
    module.function(`direct${height}`, (fn) => {
      const [a, lda, kc, b, c, ldc, bias, residual] = eight(fn.params(8));
      const count = fn.param();
      const [lo, hi] = [fn.param('f32'), fn.param('f32')];
      const [from, to, more] = [fn.let(a), fn.let(c), fn.let(residual)];
      const [read, written] = [fn.let(mul(lda, height)), fn.let(mul(ldc, height))];
      const start = (_: FunctionWriter, pointers: readonly Local<'i32'>[]): void =>
        pointers.forEach((pointer, i) => {
          const before = pointers[i - 1];
          fn.set(pointer, before === undefined ? from : add(before, lda));
        });
      const places: Places = { b, bias, c: to, ldc, residual: more, lo, hi };
      manyTiles(fn, count, () => {
        // A loop that is left after one turn: inside one V8 allocates registers better, which is worth a tenth of the time.
        tileBody(fn, height, arithmetic, places, (rows, sums, panel) =>
          fn.doWhile(
            () => steps(fn, { kc, b: panel, start }, rows, sums, arithmetic),
            () => lt(lda, 0),
          ),
        );
        fn.increase(from, read);
        fn.increase(to, written);
        fn.if(ne(more, 0), () => fn.increase(more, written));
      });
    }),
  );
}

/** The same for rows that are found in a table: `height` addresses for each tap, for one tile after another. */
export function tableTiles(module: ModuleWriter, arithmetic: Arithmetic): readonly Callee[] {
  return heights(arithmetic).map((height) =>
    module.function(`table${height}`, (fn) => {
      const [table, taps, kc, b, c, ldc, bias, residual] = eight(fn.params(8));
      const [count, offset] = [fn.param(), fn.param()];
      const [lo, hi] = [fn.param('f32'), fn.param('f32')];
      const [to, more] = [fn.let(c), fn.let(residual)];
      const [tableBytes, written] = [fn.let(mul(taps, 4 * height)), fn.let(mul(ldc, height))];
      const from = fn.let(table);
      const places: Places = { b, bias, c: to, ldc, residual: more, lo, hi };
      manyTiles(fn, count, () => {
        tileBody(fn, height, arithmetic, places, (rows, sums, panel) => {
          const entry = fn.let(from);
          const left = fn.let(taps);
          fn.doWhile(
            () => {
              const start = (_: FunctionWriter, pointers: readonly Local<'i32'>[]): void => {
                pointers.forEach((pointer, i) => {
                  fn.set(pointer, add(loadInt(entry, 4 * i), offset));
                });
                fn.increase(entry, 4 * height);
              };
              steps(fn, { kc, b: panel, start }, rows, sums, arithmetic);
              fn.increase(left, -1);
            },
            () => gt(left, 0),
          );
        });
        fn.increase(from, tableBytes);
        fn.increase(to, written);
        fn.if(ne(more, 0), () => fn.increase(more, written));
      });
    }),
  );
}

/** Tiles in one call: what a call costs, a tile of few steps does not earn. */
function manyTiles(fn: FunctionWriter, count: I32, tile: () => void): void {
  const left = fn.let(count);
  fn.doWhile(
    () => {
      tile();
      fn.increase(left, -1);
    },
    () => gt(left, 0),
  );
}

type Eight = readonly [I32, I32, I32, I32, I32, I32, I32, I32];
export function eight(values: readonly I32[]): Eight {
  return values as Eight;
}

const heights = ({ rows }: Arithmetic): readonly number[] => Array.from({ length: rows }, (_, i) => i + 1);

/** Calls the tile of the height that `h` turns out to be. */
export function dispatch(fn: FunctionWriter, tiles: readonly Callee[], h: I32, call: (tile: Callee) => void): void {
  const from = (index: number): void => {
    const tile = tiles[index];
    if (tile === undefined) return;
    if (index === 0) call(tile);
    else
      fn.if(
        eq(h, index + 1),
        () => call(tile),
        () => from(index - 1),
      );
  };
  from(tiles.length - 1);
}

/** `m` rows in as few tiles as possible, their heights as even as possible: `tall` of `height + 1` rows, then of `height`. */
export function evenly(fn: FunctionWriter, m: I32, rows: number): { count: I32; height: I32; tall: I32 } {
  const count = fn.let(div(add(m, rows - 1), rows));
  const height = fn.let(div(m, count));
  const tall = fn.let(sub(m, mul(count, height)));
  return { count, height, tall };
}
