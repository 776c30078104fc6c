import { first, type PlanContext } from './context.js';
import type { Window } from './method.js';
import type { Step } from './step.js';
import type { Placed } from './value.js';

/** A padded copy of the images whose pixels have no gaps, so that a kernel's whole row is one tap; of `height` rows at least. */
export function paddedCopy(
  path: string,
  context: PlanContext,
  window: Window,
  least = 0,
): { readonly step: Step; readonly packed: Placed } {
  const { batch, output } = context;
  const x = first(context.inputs);
  const pixel = 4 * x.channels;
  const width = Math.max(x.width + window.left, (output.width - 1) * window.strideX + window.kernelX);
  const height = Math.max(
    least,
    x.height + window.top,
    (output.height - 1) * window.strideY + (window.kernelY - 1) * window.dilationY + 1,
  );
  const copy = context.zeroed(batch * height * width * pixel + 64);
  const start = copy + (window.top * width + window.left) * pixel;
  const [from, to] = [[x.address, x.pixel] as const, [start, pixel, pixel] as const];
  const args = [...from, ...to, batch, x.height, x.width, width * pixel, height * width * pixel];
  const packed = { address: copy, height, width, channels: x.channels, pixel, pixels: batch * height * width };
  return { step: { kernel: 'placeImage', path, args }, packed };
}
