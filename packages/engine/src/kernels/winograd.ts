import type { Callee, FunctionWriter, Local } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import {
  add,
  and,
  div,
  eq,
  ge,
  gt,
  type I32,
  le,
  load,
  lt,
  minimum,
  mul,
  ne,
  rem,
  splat,
  sub,
  type V128,
  vadd,
} from '../wasm/values.js';
import { type Arithmetic, maddOf } from './arithmetic.js';
import { clamp, PANEL } from './product.js';
import { shareOf } from './split.js';
import {
  type EarlyWinogradKernel,
  earlyWinogradKernels,
  type Form,
  PLANE_GAP,
  planesOf,
  type WinogradKernel,
  weightPlanesOf,
  winogradForms,
} from './winograd-forms.js';
import { writeLate } from './winograd-late.js';

type Six<T> = readonly [T, T, T, T, T, T];

function writeTiles(
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

interface Geometry {
  readonly height: I32;
  readonly width: I32;
  readonly tilesY: I32;
  readonly tilesX: I32;
}

/** The i-th of each. */
const across = (lines: readonly (readonly V128[])[], i: number): readonly V128[] =>
  lines.flatMap((line) => line[i] ?? []);

/** Each form, with any padding. */
export function writeWinograd(module: ModuleWriter, product: Callee, arithmetic: Arithmetic): void {
  for (const name of earlyWinogradKernels) {
    const { inputStage, outputStage } = writeOuterStages(module, name, arithmetic);
    const productStage = writeProductStage(module, product, name);
    writeStages(module, name, { inputStage, productStage, outputStage });
  }
  writeLate(module, product, writeOuterStages(module, 'winograd4Late', arithmetic));
}

/** The first and last of three stages over `count` tiles from `first` on: input transform, products, output transform. */
function writeOuterStages(
  module: ModuleWriter,
  name: WinogradKernel,
  arithmetic: Arithmetic,
): { readonly inputStage: Callee; readonly outputStage: Callee } {
  const form = winogradForms[name];
  const { tile, stride, values: inputTile } = form;
  const { input, output } = writeTiles(module, name, arithmetic);

  // x is one image after another; `top` and `left` are its padding. `edge` is scratch for tiles that hang over the border.
  const inputStage = module.function(`${name}InputStage`, (fn) => {
    const [x, height, width, pixel, tilesY, tilesX] = fn.params(6) as Six<I32>;
    const [top, left, edge, planes, plane, first] = fn.params(6) as Six<I32>;
    const count = fn.param();
    const geometry: Geometry = { height, width, tilesY, tilesX };
    const rowBytes = fn.let(mul(width, pixel));
    fn.for(0, count, (t) => {
      const { image, y0, x0 } = placeOf(fn, add(first, t), geometry, tile * stride, top, left);
      const base = fn.let(add(x, mul(mul(image, height), rowBytes)));
      const out = fn.let(add(planes, mul(t, pixel)));
      const inside = and(and(ge(y0, 0), ge(x0, 0)), and(le(add(y0, inputTile), height), le(add(x0, inputTile), width)));
      fn.if(
        inside,
        () => {
          const from = add(base, add(mul(y0, rowBytes), mul(x0, pixel)));
          fn.call(input, from, rowBytes, pixel, pixel, out, plane);
        },
        () => {
          fn.zero(edge, mul(pixel, planesOf(form)));
          for (let i = 0; i < inputTile; i++) {
            const iy = fn.let(add(y0, i));
            fn.if(and(ge(iy, 0), lt(iy, height)), () => {
              // The part of the row that lies on the map, in one piece.
              const from = fn.let(sub(x0, 0));
              fn.if(lt(from, 0), () => fn.set(from, sub(0, 0)));
              const until = fn.let(minimum(fn.let(add(x0, inputTile)), width));
              fn.if(lt(from, until), () =>
                fn.copy(
                  add(edge, add(mul(pixel, inputTile * i), mul(sub(from, x0), pixel))),
                  add(base, add(mul(iy, rowBytes), mul(from, pixel))),
                  mul(sub(until, from), pixel),
                ),
              );
            });
          }
          fn.call(input, edge, mul(pixel, inputTile), pixel, pixel, out, plane);
        },
      );
    });
  });

  const outputStage = module.function(`${name}OutputStage`, (fn) => {
    const [products, productPlane, pixel, bias, y, residual] = fn.params(6) as Six<I32>;
    const [height, width, tilesY, tilesX, first, count] = fn.params(6) as Six<I32>;
    // Pixels of y may have gaps between them, which are others' parts of a concatenation.
    const outPixel = fn.param();
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const geometry: Geometry = { height, width, tilesY, tilesX };
    const rowBytes = fn.let(mul(width, outPixel));
    fn.for(0, count, (t) => {
      const { image, y0, x0 } = placeOf(fn, add(first, t), geometry, tile, 0, 0);
      const at = fn.let(add(mul(add(mul(image, height), y0), rowBytes), mul(x0, outPixel)));
      const rows = fn.let(sub(height, y0));
      const columns = fn.let(sub(width, x0));
      const more = fn.let(residual);
      fn.if(ne(residual, 0), () => fn.increase(more, at));
      fn.call(
        ...([output, add(products, mul(t, pixel)), productPlane, pixel, bias, add(y, at), rowBytes] as const),
        ...([more, rows, columns, outPixel, lo, hi] as const),
      );
    });
  });
  return { inputStage, outputStage };
}

/** A product for each evaluation of the taps; planes have `count` rows. */
function writeProductStage(module: ModuleWriter, product: Callee, name: EarlyWinogradKernel): Callee {
  const { values: inputTile, groups } = winogradForms[name];
  return module.function(`${name}ProductStage`, (fn) => {
    const [planes, plane, pixel, kc, weights, products] = fn.params(6) as Six<I32>;
    const [productPlane, outPixel, panels, count, zeroBias] = fn.params(5) as readonly [I32, I32, I32, I32, I32];
    const [from, to] = fn.params(2) as readonly [I32, I32];
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const weightPlane = fn.let(add(mul(mul(panels, kc), 32), PLANE_GAP));
    fn.for(from, to, (e) => {
      // All products of an evaluation of the taps at once: the last of a side may be two.
      const [row, column] = [fn.let(div(e, groups)), fn.let(rem(e, groups))];
      const sharing = (at: I32): I32 => fn.let(add(1, mul(eq(at, groups - 1), inputTile - groups)));
      const [tall, wide] = [sharing(row), sharing(column)];
      const before = fn.let(add(mul(row, inputTile), mul(column, tall)));
      const rows = fn.let(mul(count, mul(tall, wide)));
      const place = (start: I32, pitch: I32): I32 => add(start, add(mul(before, pitch), mul(e, PLANE_GAP)));
      fn.call(
        ...([product, place(planes, plane), pixel, kc, add(weights, mul(e, weightPlane))] as const),
        ...([place(products, productPlane), outPixel, zeroBias, 0, rows, panels, rows, lo, hi] as const),
      );
    });
  });
}

/** Image and top left corner of the input of a tile. */
function placeOf(
  fn: FunctionWriter,
  tile: I32,
  { tilesY, tilesX }: Geometry,
  size: number,
  top: I32 | number,
  left: I32 | number,
): { image: Local<'i32'>; y0: Local<'i32'>; x0: Local<'i32'> } {
  const index = fn.let(tile);
  const perImage = fn.let(mul(tilesY, tilesX));
  const [image, within] = [fn.let(div(index, perImage)), fn.let(rem(index, perImage))];
  const y0 = fn.let(sub(mul(div(within, tilesX), size), top));
  const x0 = fn.let(sub(mul(rem(within, tilesX), size), left));
  return { image, y0, x0 };
}

interface Stages {
  readonly inputStage: Callee;
  readonly productStage: Callee;
  readonly outputStage: Callee;
}

/**
 * A form by its name: each thread takes its own tiles, in blocks of `block`, all stages, with scratch of its own. Where there
 * are too few tiles for that, all threads share one block and one stage at a time: `...Shared`, stage 0, 1 or 2.
 */
function writeStages(
  module: ModuleWriter,
  name: EarlyWinogradKernel,
  { inputStage, productStage, outputStage }: Stages,
): void {
  const form = winogradForms[name];
  for (const shared of [false, true]) {
    module.function(`${name}${shared ? 'Shared' : ''}`, (fn) => {
      const [x, height, width, pixel, kc, weights] = fn.params(6) as Six<I32>;
      const [tilesY, tilesX, images, top, left, y] = fn.params(6) as Six<I32>;
      const [outHeight, outWidth, outPixel, panels, bias, residual] = fn.params(6) as Six<I32>;
      const [zeroBias, scratch, scratchBytes, blockOrStage] = fn.params(4) as readonly [I32, I32, I32, I32];
      const [lo, hi] = [fn.param('f32'), fn.param('f32')];
      const [none, all] = [fn.param('f32'), fn.param('f32')];
      const [p, P] = [fn.param(), fn.param()];
      const bytes = fn.let(mul(panels, 4 * PANEL));
      const tiles = fn.let(mul(images, mul(tilesY, tilesX)));
      const [start, end] = shareOf(fn, tiles, p, P);
      const edgeBytes = fn.let(mul(pixel, planesOf(form)));
      // Edges of all threads, then the planes: of this thread, or of all.
      const edge = fn.let(shared ? add(scratch, mul(p, edgeBytes)) : add(scratch, mul(p, scratchBytes)));
      const planes = fn.let(shared ? add(scratch, mul(P, edgeBytes)) : add(edge, edgeBytes));
      const run = (first: I32, count: Local<'i32'>, size: Local<'i32'>, stages: readonly boolean[]): void => {
        // Without the gaps, which lie behind the planes of each evaluation of the taps.
        const [plane, productPlane] = [fn.let(mul(size, pixel)), fn.let(mul(size, bytes))];
        const gaps = PLANE_GAP * weightPlanesOf(form);
        const products = fn.let(add(planes, add(mul(plane, planesOf(form)), gaps)));
        const own = shared ? fn.let(mul(start, pixel)) : undefined;
        const ownProducts = shared ? fn.let(mul(start, bytes)) : undefined;
        if (stages[0]) {
          fn.call(
            ...([inputStage, x, height, width, pixel, tilesY, tilesX, top, left, edge] as const),
            ...([own === undefined ? planes : add(planes, own), plane, first, count] as const),
          );
        }
        if (stages[1]) {
          const [from, to] = shared ? shareOf(fn, weightPlanesOf(form), p, P) : [0, weightPlanesOf(form)];
          fn.call(
            ...([productStage, planes, plane, pixel, kc, weights, products, productPlane, bytes, panels] as const),
            ...([shared ? tiles : count, zeroBias, from, to, none, all] as const),
          );
        }
        if (stages[2]) {
          fn.call(
            ...([outputStage, ownProducts === undefined ? products : add(products, ownProducts)] as const),
            ...([productPlane, bytes, bias, y, residual, outHeight, outWidth, tilesY, tilesX] as const),
            ...([first, count, outPixel, lo, hi] as const),
          );
        }
      };
      if (shared) {
        const count = fn.let(sub(end, start));
        fn.if(lt(blockOrStage, 1), () => run(start, count, tiles, [true, false, false]));
        fn.if(and(ge(blockOrStage, 1), lt(blockOrStage, 2)), () => run(start, count, tiles, [false, true, false]));
        fn.if(ge(blockOrStage, 2), () => run(start, count, tiles, [false, false, true]));
      } else {
        fn.for(
          start,
          end,
          (first) => {
            const count = fn.let(minimum(fn.let(sub(end, first)), blockOrStage));
            run(first, count, count, [true, true, true]);
          },
          blockOrStage,
        );
      }
    });
  }
}
