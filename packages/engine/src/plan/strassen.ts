import { WEIGHT_SUMS } from '../kernels/strassen.js';
import { clampOf, type Limits } from './clamp.js';
import { first, type PlanContext } from './context.js';
import type { Step } from './step.js';

/** Bytes of scratch that a strip of pixels may take: it is written and read again at once. */
const STRIP_BYTES = 400_000;
/** Pixels up to which threads share a halved product by channels: with more the sums of pixels, which each makes, take longer. */
const STRASSEN_COLUMN_PIXELS = 256;

/** The steps of a 1x1 convolution as seven products of halves. */
export function strassen(
  path: string,
  context: PlanContext,
  weights: number,
  bias: number,
  { lo, hi }: Limits,
): readonly Step[] {
  const { inputs, output, residual, threads, zeros } = context;
  const x = first(inputs);
  const quarter = x.channels * output.channels;
  // Each thread would read all weights for its few pixels.
  const columns = threads > 1 && output.pixels <= STRASSEN_COLUMN_PIXELS;
  const pairs = Math.ceil(output.pixels / 2 / (columns ? 1 : threads));
  const each = 2 * (x.pixel + output.pixel);
  const strips = Math.ceil(pairs / Math.max(24, Math.floor(STRIP_BYTES / each)));
  const most = Math.ceil(pairs / strips);
  const sums = context.scratch(WEIGHT_SUMS * quarter);
  const scratch = context.scratch(threads * most * each);
  const args = [x.address, x.pixel, weights, sums, output.address, output.pixel, bias, residual?.address ?? 0];
  const unbounded = clampOf('linear');
  return [
    { kernel: 'strassenWeights', path, args: [weights, sums, quarter] },
    {
      kernel: 'strassen',
      path,
      args: [...args, output.pixels, zeros, scratch, most, Number(columns), lo, hi, unbounded.lo, unbounded.hi],
    },
  ];
}
