import type { Callee } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import { add, type I32, minimum, mul, ne, select, sub } from '../wasm/values.js';
import { shareOf } from './split.js';
import { PANEL } from './tiles.js';
import { PLANE_GAP, planesOf, winogradForms } from './winograd-forms.js';
import { winogradWeights } from './winograd-weights.js';

const form = winogradForms.winograd4Late;

type Six = readonly [I32, I32, I32, I32, I32, I32];

/**
 * F(4x4, 3x3) for maps of few tiles and many weights, which take longer to be read than to be evaluated: the taps of eight
 * outputs and some inputs are evaluated where the cache holds them, all planes are multiplied, then those of the next. Three
 * kernels, one a stage; each thread does its tiles, its outputs, its tiles.
 */
export function writeLate(
  module: ModuleWriter,
  product: Callee,
  { inputStage, outputStage }: { readonly inputStage: Callee; readonly outputStage: Callee },
): void {
  const weights = module.function('winograd4LateWeights', (fn) => winogradWeights(fn, form));

  module.function('winograd4LateInput', (fn) => {
    const [x, height, width, pixel, tilesY, tilesX] = fn.params(6) as Six;
    const [top, left, edge, planes, first, count] = fn.params(6) as Six;
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, count, p, P);
    fn.call(
      ...([inputStage, x, height, width, pixel, tilesY, tilesX, top, left] as const),
      ...([add(edge, mul(p, mul(pixel, planesOf(form)))), add(planes, mul(start, pixel)), mul(count, pixel)] as const),
      ...([add(first, start), sub(end, start)] as const),
    );
  });

  // `taps` is nine kernels in panels, `chunk` the rows of them that are evaluated at once, to `evaluated`.
  module.function('winograd4LateProducts', (fn) => {
    const [planes, pixel, channels, taps, products, outPixel] = fn.params(6) as Six;
    const [panels, count, zeros, evaluated, chunk] = fn.params(5) as readonly [I32, I32, I32, I32, I32];
    const [none, all] = [fn.param('f32'), fn.param('f32')];
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, panels, p, P);
    const panelBytes = fn.let(mul(channels, 4 * PANEL));
    const tapBytes = fn.let(mul(panels, panelBytes));
    const weightPlane = fn.let(add(mul(chunk, 4 * PANEL), PLANE_GAP));
    const plane = fn.let(add(mul(count, pixel), PLANE_GAP));
    const productPlane = fn.let(add(mul(count, outPixel), PLANE_GAP));
    const own = fn.let(add(evaluated, mul(p, mul(weightPlane, planesOf(form)))));
    fn.for(
      0,
      channels,
      (k) => {
        const rows = fn.let(minimum(fn.let(sub(channels, k)), chunk));
        fn.for(start, end, (j) => {
          const raw = add(taps, add(mul(j, panelBytes), mul(k, 4 * PANEL)));
          fn.call(weights, raw, 4 * PANEL, rows, 1, own, 0, tapBytes, weightPlane);
          const [a, b] = [fn.let(add(planes, mul(k, 4))), fn.let(own)];
          const c = fn.let(add(products, mul(j, 4 * PANEL)));
          fn.for(0, planesOf(form), () => {
            // What the rows before came to is added.
            const before = fn.let(select(c, 0, ne(k, 0)));
            fn.call(product, a, pixel, rows, b, c, outPixel, zeros, before, count, 1, count, none, all);
            fn.increase(a, plane);
            fn.increase(b, weightPlane);
            fn.increase(c, productPlane);
          });
        });
      },
      chunk,
    );
  });

  module.function('winograd4LateOutput', (fn) => {
    const [products, bytes, bias, y, residual, outHeight] = fn.params(6) as Six;
    const [outWidth, tilesY, tilesX, first, count, outPixel] = fn.params(6) as Six;
    const [lo, hi] = [fn.param('f32'), fn.param('f32')];
    const [p, P] = [fn.param(), fn.param()];
    const [start, end] = shareOf(fn, count, p, P);
    fn.call(
      ...([outputStage, add(products, mul(start, bytes)), mul(count, bytes), bytes, bias, y, residual] as const),
      ...([outHeight, outWidth, tilesY, tilesX, add(first, start), sub(end, start), outPixel, lo, hi] as const),
    );
  });
}
