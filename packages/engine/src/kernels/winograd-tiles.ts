import type { Callee } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import { add, gt, type I32, load, mul, ne, splat, type V128, vadd } from '../wasm/values.js';
import { type Arithmetic, maddOf } from './arithmetic.js';
import { clamp } from './tiles.js';
import { type Form, PLANE_GAP, type WinogradKernel, winogradForms } from './winograd-forms.js';

type Six<T> = readonly [T, T, T, T, T, T];

/** The transforms of one tile, by a function each: of its input into planes, and of planes of products into its output. */
export function writeTiles(
  module: ModuleWriter,
  name: WinogradKernel,
  arithmetic: Arithmetic,
): { readonly input: Callee; readonly output: Callee } {
  const madd = maddOf(arithmetic);
  const form = winogradForms[name];
  const { tile, values, input: inputSide, output: outputSide } = form;
  const side = Array.from({ length: values }, (_, i) => i);

  // As many rows `row` bytes apart of pixels `pixel` bytes apart as the input tile has, into planes `plane` bytes apart.
  const input = module.function(`${name}InputTile`, (fn) => {
    const [x, row, pixel, bytes, out, plane] = fn.params(6) as Six<I32>;
    // Written again for every group of four channels, so the variables are made once.
    fn.for(
      0,
      bytes,
      (c) => {
        const at = fn.let(add(x, c));
        const columns = side.map((j) => {
          const from = fn.let(add(at, mul(pixel, j)));
          const rows = side.map((i) => fn.let(load(add(from, mul(row, i)))));
          return inputSide(fn, rows, madd);
        });
        const to = fn.let(add(out, c));
        // Planes that meet the same weights lie one behind the other.
        for (const rows of groupsOf(form)) {
          const lines = rows.map((i) => inputSide(fn, across(columns, i), madd));
          for (const places of groupsOf(form)) {
            for (const value of lines.flatMap((line) => places.flatMap((j) => line[j] ?? []))) {
              fn.store(to, value);
              fn.increase(to, plane);
            }
            fn.increase(to, PLANE_GAP);
          }
        }
      },
      16,
    );
  });

  // The planes of products into as many rows and pixels as there are, a whole tile at most.
  const output = module.function(`${name}OutputTile`, (fn) => {
    const [products, plane, bytes, bias, y, row] = fn.params(6) as Six<I32>;
    const [residual, rows, columns] = fn.params(3) as readonly [I32, I32, I32];
    const pixel = fn.param();
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const [least, most] = [fn.let(splat(lo)), fn.let(splat(hi))];
    fn.for(
      0,
      bytes,
      (c) => {
        const at = fn.let(add(products, c));
        const half = side.map((j) => {
          const values = side.map((i) => {
            const { before, gaps } = placeOfPlane(form, i, j);
            return fn.let(load(add(at, mul(plane, before)), PLANE_GAP * gaps));
          });
          return outputSide(fn, values, madd);
        });
        const shift = fn.let(load(add(bias, c)));
        const to = fn.let(add(y, c));
        const more = fn.let(add(residual, c));
        for (let i = 0; i < tile; i++) {
          fn.if(gt(rows, i), () => {
            const line = outputSide(fn, across(half, i), madd);
            line.forEach((value, j) => {
              const place = j === 0 ? to : add(to, mul(pixel, j));
              const store = (): void => {
                const sum = fn.let(vadd(value, shift));
                fn.if(ne(residual, 0), () => fn.set(sum, vadd(sum, load(j === 0 ? more : add(more, mul(pixel, j))))));
                fn.store(place, clamp(sum, least, most));
              };
              if (j === 0) store();
              else fn.if(gt(columns, j), store);
            });
            fn.increase(to, row);
            fn.increase(more, row);
          });
        }
      },
      16,
    );
  });
  return { input, output };
}

/** Products of a side, those that share their evaluation of the taps together. */
const groupsOf = ({ values, groups }: Form): readonly (readonly number[])[] =>
  Array.from({ length: groups }, (_, i) =>
    i < groups - 1 ? [i] : Array.from({ length: values - i }, (__, more) => i + more),
  );

/** How many planes and gaps lie before the plane of product `i` down and `j` across. */
function placeOfPlane(form: Form, i: number, j: number): { readonly before: number; readonly gaps: number } {
  const { values, groups } = form;
  const [rows = [], columns = []] = [i, j].map((at) => groupsOf(form)[Math.min(at, groups - 1)]);
  const [row = 0, column = 0] = [rows[0], columns[0]];
  const within = (i - row) * columns.length + (j - column);
  return {
    before: row * values + column * rows.length + within,
    gaps: Math.min(i, groups - 1) * groups + Math.min(j, groups - 1),
  };
}

/** The i-th of each. */
const across = (lines: readonly (readonly V128[])[], i: number): readonly V128[] =>
  lines.flatMap((line) => line[i] ?? []);
