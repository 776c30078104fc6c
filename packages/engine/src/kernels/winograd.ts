import type { Callee, FunctionWriter, Local } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import {
  add,
  and,
  constant,
  div,
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
  vmul,
  vsub,
} from '../wasm/values.js';
import { type Arithmetic, maddOf } from './arithmetic.js';
import { clamp } from './product.js';
import { shareOf } from './split.js';

type Madd = ReturnType<typeof maddOf>;
type Six<T> = readonly [T, T, T, T, T, T];

/** Side of an output tile; that of the input tile is 2 more. */
export type OutputTile = 2 | 4;
export const outputTiles: readonly OutputTile[] = [2, 4];
/** Products of a tile. */
export const planesOf = (tile: OutputTile): number => (tile + 2) ** 2;
/** Bytes between planes beyond their size, so that 36 streams do not fall on the same cache sets. */
export const PLANE_GAP = 64;

/** Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2015: F(tile x tile, 3x3), one side at a time. */
interface Transforms {
  readonly tile: OutputTile;
  /** B^T d. */
  readonly input: (fn: FunctionWriter, d: readonly V128[], madd: Madd) => readonly V128[];
  /** A^T m. */
  readonly output: (fn: FunctionWriter, m: readonly V128[], madd: Madd) => readonly V128[];
}

const small: Transforms = {
  tile: 2,
  input(fn, values) {
    const [d0, d1, d2, d3] = values as readonly [V128, V128, V128, V128];
    return [vsub(d0, d2), vadd(d1, d2), vsub(d2, d1), vsub(d1, d3)].map((value) => fn.let(value));
  },
  output(fn, values) {
    const [m0, m1, m2, m3] = values as readonly [V128, V128, V128, V128];
    return [fn.let(vadd(vadd(m0, m1), m2)), fn.let(vsub(vsub(m1, m2), m3))];
  },
};

const large: Transforms = {
  tile: 4,
  input: (fn, values, madd) => inputTransform(fn, values as Six<V128>, madd),
  output: (fn, values, madd) => outputTransform(fn, values as Six<V128>, madd),
};

/** B^T d of F(4x4, 3x3). */
function inputTransform(fn: FunctionWriter, [d0, d1, d2, d3, d4, d5]: Six<V128>, madd: Madd): Six<V128> {
  const p = fn.let(madd(d2, constant(-4), d4));
  const q = fn.let(madd(d1, constant(-4), d3));
  const r = fn.let(vsub(d4, d2));
  const s = fn.let(vmul(vsub(d3, d1), constant(2)));
  return [
    fn.let(madd(d0, constant(4), madd(d2, constant(-5), d4))),
    fn.let(vadd(p, q)),
    fn.let(vsub(p, q)),
    fn.let(vadd(r, s)),
    fn.let(vsub(r, s)),
    fn.let(madd(d1, constant(4), madd(d3, constant(-5), d5))),
  ];
}

/** A^T m of F(4x4, 3x3). */
function outputTransform(
  fn: FunctionWriter,
  [m0, m1, m2, m3, m4, m5]: Six<V128>,
  madd: Madd,
): readonly [V128, V128, V128, V128] {
  const a = fn.let(vadd(m1, m2));
  const b = fn.let(vsub(m1, m2));
  const c = fn.let(vadd(m3, m4));
  const d = fn.let(vsub(m3, m4));
  return [
    fn.let(vadd(vadd(m0, a), c)),
    fn.let(madd(d, constant(2), b)),
    fn.let(madd(c, constant(4), a)),
    fn.let(vadd(madd(d, constant(8), b), m5)),
  ];
}

function writeTiles(
  module: ModuleWriter,
  { tile, input: inputSide, output: outputSide }: Transforms,
  arithmetic: Arithmetic,
): { readonly input: Callee; readonly output: Callee } {
  const madd = maddOf(arithmetic);
  const side = Array.from({ length: tile + 2 }, (_, i) => i);

  // As many rows `row` bytes apart of pixels `pixel` bytes apart as the input tile has, into planes `plane` bytes apart.
  const input = module.function(`winograd${tile}InputTile`, (fn) => {
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
        for (const i of side) {
          const line = inputSide(fn, across(columns, i), madd);
          for (const value of line) {
            fn.store(to, value);
            fn.increase(to, plane);
          }
        }
      },
      16,
    );
  });

  // The planes of products into as many rows and pixels as there are, a whole tile at most.
  const output = module.function(`winograd${tile}OutputTile`, (fn) => {
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
          const from = fn.let(add(at, mul(plane, j)));
          const values = side.map((i) => fn.let(load(add(from, mul(plane, side.length * i)))));
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

interface Geometry {
  readonly height: I32;
  readonly width: I32;
  readonly tilesY: I32;
  readonly tilesX: I32;
}

/** The i-th of each. */
const across = (lines: readonly (readonly V128[])[], i: number): readonly V128[] =>
  lines.flatMap((line) => line[i] ?? []);

/** F(2x2, 3x3) and F(4x4, 3x3), stride 1, any padding. */
export function writeWinograd(module: ModuleWriter, product: Callee, arithmetic: Arithmetic): void {
  for (const transforms of [small, large]) writeTransforms(module, product, transforms, arithmetic);
}

/**
 * Three stages over `tiles` tiles from `first` on: input transform, a product for each plane, output transform. Planes have
 * `tiles` rows.
 */
function writeTransforms(module: ModuleWriter, product: Callee, transforms: Transforms, arithmetic: Arithmetic): void {
  const { tile } = transforms;
  const inputTile = tile + 2;
  const { input, output } = writeTiles(module, transforms, arithmetic);

  // x is one image after another; `top` and `left` are its padding. `edge` is scratch for tiles that hang over the border.
  const inputStage = module.function(`winograd${tile}Input`, (fn) => {
    const [x, height, width, pixel, tilesY, tilesX] = fn.params(6) as Six<I32>;
    const [top, left, edge, planes, plane, first] = fn.params(6) as Six<I32>;
    const count = fn.param();
    const geometry: Geometry = { height, width, tilesY, tilesX };
    const rowBytes = fn.let(mul(width, pixel));
    fn.for(0, count, (t) => {
      const { image, y0, x0 } = placeOf(fn, add(first, t), geometry, tile, top, left);
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
          fn.zero(edge, mul(pixel, planesOf(tile)));
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

  const productStage = module.function(`winograd${tile}Products`, (fn) => {
    const [planes, plane, pixel, kc, weights, products] = fn.params(6) as Six<I32>;
    const [productPlane, outPixel, panels, count, zeroBias] = fn.params(5) as readonly [I32, I32, I32, I32, I32];
    const [from, to] = fn.params(2) as readonly [I32, I32];
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const weightPlane = fn.let(add(mul(mul(panels, kc), 32), PLANE_GAP));
    fn.for(from, to, (e) => {
      fn.call(
        ...([product, add(planes, mul(e, plane)), pixel, kc, add(weights, mul(e, weightPlane))] as const),
        ...([add(products, mul(e, productPlane)), outPixel, zeroBias, 0, count, panels, count, lo, hi] as const),
      );
    });
  });

  const outputStage = module.function(`winograd${tile}Output`, (fn) => {
    const [products, productPlane, pixel, bias, y, residual] = fn.params(6) as Six<I32>;
    const [height, width, tilesY, tilesX, first, count] = fn.params(6) as Six<I32>;
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const geometry: Geometry = { height, width, tilesY, tilesX };
    const rowBytes = fn.let(mul(width, pixel));
    fn.for(0, count, (t) => {
      const { image, y0, x0 } = placeOf(fn, add(first, t), geometry, tile, 0, 0);
      const at = fn.let(add(mul(add(mul(image, height), y0), rowBytes), mul(x0, pixel)));
      const rows = fn.let(sub(height, y0));
      const columns = fn.let(sub(width, x0));
      const more = fn.let(residual);
      fn.if(ne(residual, 0), () => fn.increase(more, at));
      fn.call(
        ...([output, add(products, mul(t, pixel)), productPlane, pixel, bias, add(y, at), rowBytes] as const),
        ...([more, rows, columns, pixel, lo, hi] as const),
      );
    });
  });
  writeStages(module, tile, { inputStage, productStage, outputStage });
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
 * `winograd4` and `winograd2`: each thread takes its own tiles, in blocks of `block`, all stages, with scratch of its own. Where there are too few
 * tiles for that, all threads share one block and one stage at a time: `winograd4Shared`, stage 0, 1 or 2.
 */
function writeStages(module: ModuleWriter, tile: OutputTile, { inputStage, productStage, outputStage }: Stages): void {
  for (const shared of [false, true]) {
    module.function(`winograd${tile}${shared ? 'Shared' : ''}`, (fn) => {
      const [x, height, width, pixel, kc, weights] = fn.params(6) as Six<I32>;
      const [tilesY, tilesX, images, top, left, y] = fn.params(6) as Six<I32>;
      const [outHeight, outWidth, outPixel, panels, bias, residual] = fn.params(6) as Six<I32>;
      const [zeroBias, scratch, scratchBytes, blockOrStage] = fn.params(4) as readonly [I32, I32, I32, I32];
      const [lo, hi] = [fn.param('f32'), fn.param('f32')];
      const [none, all] = [fn.param('f32'), fn.param('f32')];
      const [p, P] = [fn.param(), fn.param()];
      const tiles = fn.let(mul(images, mul(tilesY, tilesX)));
      const [start, end] = shareOf(fn, tiles, p, P);
      const edgeBytes = fn.let(mul(pixel, planesOf(tile)));
      // Edges of all threads, then the planes: of this thread, or of all.
      const edge = fn.let(shared ? add(scratch, mul(p, edgeBytes)) : add(scratch, mul(p, scratchBytes)));
      const planes = fn.let(shared ? add(scratch, mul(P, edgeBytes)) : add(edge, edgeBytes));
      const run = (first: I32, count: Local<'i32'>, size: Local<'i32'>, stages: readonly boolean[]): void => {
        const plane = fn.let(add(mul(size, pixel), PLANE_GAP));
        const productPlane = fn.let(add(mul(size, outPixel), PLANE_GAP));
        const products = fn.let(add(planes, mul(plane, planesOf(tile))));
        const own = shared ? fn.let(mul(start, pixel)) : undefined;
        const ownProducts = shared ? fn.let(mul(start, outPixel)) : undefined;
        if (stages[0]) {
          fn.call(
            ...([inputStage, x, height, width, pixel, tilesY, tilesX, top, left, edge] as const),
            ...([own === undefined ? planes : add(planes, own), plane, first, count] as const),
          );
        }
        if (stages[1]) {
          const [from, to] = shared ? shareOf(fn, planesOf(tile), p, P) : [0, planesOf(tile)];
          fn.call(
            ...([productStage, planes, plane, pixel, kc, weights, products, productPlane, outPixel, panels] as const),
            ...([shared ? tiles : count, zeroBias, from, to, none, all] as const),
          );
        }
        if (stages[2]) {
          fn.call(
            ...([outputStage, ownProducts === undefined ? products : add(products, ownProducts)] as const),
            ...([productPlane, outPixel, bias, y, residual, outHeight, outWidth, tilesY, tilesX] as const),
            ...([first, count, lo, hi] as const),
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
