import type { FunctionWriter, Local } from '../wasm/function.js';
import { add, type I32, int, load, mul, type V128 } from '../wasm/values.js';
import { type Arithmetic, maddOf } from './arithmetic.js';
import { fenced } from './fence.js';
import { clamp } from './tiles.js';

/** Where output pixels are written, and their windows read. */
export interface Place {
  readonly weights: I32;
  readonly out: I32;
  /** Bytes of a pixel, of a line of output, and between columns of taps. */
  readonly pixel: I32;
  readonly line: I32;
  readonly step: I32;
  /** Of the rows of the window, and of one more, which a second line has. */
  readonly pointers: readonly Local<'i32'>[];
}

export interface Bounds {
  readonly least: V128;
  readonly most: V128;
}

type Lines = readonly Local<'v128'>[];

/** Two by two output pixels at stride 1, whose windows lie inside the map: four channels at a time, each input read once. */
export function square(
  fn: FunctionWriter,
  size: number,
  arithmetic: Arithmetic,
  bounds: Bounds,
  { weights, out, pixel, line, step, pointers }: Place,
): void {
  const madd = maddOf(arithmetic);
  const offsets = offsetsOf(fn, step, size + 1);
  const w = fn.let(weights);
  const sums = [0, 1].map(() => [fn.local('v128'), fn.local('v128')] as const);
  const values = offsets.map(() => fn.local('v128'));
  const weight = fn.local('v128');
  fn.for(
    0,
    pixel,
    (c) => {
      for (const sum of sums.flat()) fn.set(sum, load(w));
      pointers.forEach((pointer, row) => {
        const at = fn.let(add(pointer, c));
        fenced(fn, at, () =>
          values.forEach((value, j) => {
            fn.set(value, load(add(at, offsets[j] ?? 0)));
          }),
        );
        sums.forEach((pair, below) => {
          const i = row - below;
          if (i < 0 || i >= size) return;
          fenced(fn, at, () => {
            for (let j = 0; j < size; j++) {
              fn.set(weight, load(w, 16 * (1 + i * size + j)));
              pair.forEach((sum, right) => {
                const value = values[j + right];
                if (value !== undefined) fn.set(sum, madd(value, weight, sum));
              });
            }
          });
        });
      });
      const to = fn.let(add(out, c));
      for (const right of [0, 1]) {
        const place = right === 0 ? to : fn.let(add(to, pixel));
        store(
          fn,
          place,
          line,
          sums.flatMap((pair) => pair[right] ?? []),
          bounds,
        );
      }
      fn.increase(w, 16 * (1 + size * size));
    },
    16,
  );
}

/** One output pixel, or two of one column at stride 1; `inside` tells whether a column of taps is on the map. */
export function column(
  fn: FunctionWriter,
  size: number,
  arithmetic: Arithmetic,
  bounds: Bounds,
  { weights, out, pixel, line, step, pointers }: Place,
  { lines, inside }: { readonly lines: 1 | 2; readonly inside?: ((column: number) => I32) | undefined },
): void {
  const madd = maddOf(arithmetic);
  const offsets = offsetsOf(fn, step, size);
  const tests = inside === undefined ? undefined : offsets.map((_, j) => inside(j));
  const w = fn.let(weights);
  const sums = Array.from({ length: lines }, () => fn.local('v128'));
  const value = fn.local('v128');
  fn.for(
    0,
    pixel,
    (c) => {
      for (const sum of sums) fn.set(sum, load(w));
      offsets.forEach((offset, j) => {
        const taps = (): void =>
          pointers.slice(0, size + lines - 1).forEach((pointer, row) => {
            fn.set(value, load(add(add(pointer, c), offset)));
            sums.forEach((sum, below) => {
              const i = row - below;
              if (i >= 0 && i < size) fn.set(sum, madd(value, load(w, 16 * (1 + i * size + j)), sum));
            });
          });
        const test = tests?.[j];
        if (test === undefined) taps();
        else fn.if(test, taps);
      });
      store(fn, fn.let(add(out, c)), line, sums, bounds);
      fn.increase(w, 16 * (1 + size * size));
    },
    16,
  );
}

/** Of columns of taps `step` bytes apart. */
const offsetsOf = (fn: FunctionWriter, step: I32, count: number): readonly I32[] =>
  Array.from({ length: count }, (_, j) => (j === 0 ? int(0) : fn.let(mul(step, j))));

function store(fn: FunctionWriter, at: I32, line: I32, sums: Lines, { least, most }: Bounds): void {
  sums.forEach((sum, below) => {
    fn.store(below === 0 ? at : add(at, line), clamp(sum, least, most));
  });
}
