import { STEM, STEM_PRODUCTS } from '../kernels/stem.js';
import { PANEL } from '../kernels/tiles.js';
import type { Limits } from './clamp.js';
import type { PlanContext } from './context.js';
import type { Window } from './method.js';
import { paddedCopy } from './padded-copy.js';
import type { Step } from './step.js';

/** The first layer of a ResNet: a padded copy, then minimal filtering down the columns. */
export function stem(
  path: string,
  context: PlanContext,
  window: Window,
  weights: number,
  bias: number,
  { lo, hi }: Limits,
): readonly Step[] {
  const { batch, threads, zeros, output } = context;
  const strips = Math.ceil(output.height / STEM.rows);
  const { step, packed } = paddedCopy(path, context, window, STEM.stride * (STEM.rows * strips - 1) + STEM.taps);
  const rowBytes = packed.width * packed.pixel;
  const lineBytes = 16 * Math.ceil(rowBytes / 16);
  const scratch = context.scratch(threads * STEM_PRODUCTS * (lineBytes + output.width * output.pixel));
  const taps = [window.strideX * packed.pixel, window.kernelX * packed.channels, weights];
  const panels = Math.ceil(output.channels / PANEL);
  const args = [packed.address, rowBytes, packed.height * rowBytes, ...taps];
  const results = [output.address, output.height, output.width, output.pixel, panels, bias];
  const unbounded = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return [
    step,
    { kernel: 'stem', path, args: [...args, ...results, batch, zeros, scratch, lineBytes, lo, hi, ...unbounded] },
  ];
}
