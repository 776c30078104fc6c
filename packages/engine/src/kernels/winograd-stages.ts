import type { Callee, FunctionWriter, Local } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import { add, and, div, eq, ge, type I32, le, lt, minimum, mul, ne, rem, sub } from '../wasm/values.js';
import type { Arithmetic } from './arithmetic.js';
import { type EarlyWinogradKernel, PLANE_GAP, planesOf, type WinogradKernel, winogradForms } from './winograd-forms.js';
import { writeTiles } from './winograd-tiles.js';

type Six<T> = readonly [T, T, T, T, T, T];

interface Geometry {
  readonly height: I32;
  readonly width: I32;
  readonly tilesY: I32;
  readonly tilesX: I32;
}

/** The first and last of three stages over `count` tiles from `first` on: input transform, products, output transform. */
export function writeOuterStages(
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
export function writeProductStage(module: ModuleWriter, product: Callee, name: EarlyWinogradKernel): Callee {
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
