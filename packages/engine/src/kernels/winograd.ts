import type { Callee, Local } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import { add, and, ge, type I32, lt, minimum, mul, sub } from '../wasm/values.js';
import type { Arithmetic } from './arithmetic.js';
import { shareOf } from './split.js';
import { PANEL } from './tiles.js';
import {
  type EarlyWinogradKernel,
  earlyWinogradKernels,
  PLANE_GAP,
  planesOf,
  weightPlanesOf,
  winogradForms,
} from './winograd-forms.js';
import { writeLate } from './winograd-late.js';
import { writeOuterStages, writeProductStage } from './winograd-stages.js';

type Six<T> = readonly [T, T, T, T, T, T];

/** Each form, with any padding. */
export function writeWinograd(module: ModuleWriter, product: Callee, arithmetic: Arithmetic): void {
  for (const name of earlyWinogradKernels) {
    const { inputStage, outputStage } = writeOuterStages(module, name, arithmetic);
    const productStage = writeProductStage(module, product, name);
    writeStages(module, name, { inputStage, productStage, outputStage });
  }
  writeLate(module, product, writeOuterStages(module, 'winograd4Late', arithmetic));
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
