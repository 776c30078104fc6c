import type { Node, Parameters } from '@convzoo/layers';
import type { Arithmetic } from '../kernels/arithmetic.js';
import { PANEL } from '../kernels/tiles.js';
import { clampOf, type Limits } from './clamp.js';
import { type Emit, first, type PlanContext } from './context.js';
import type { Packer } from './pack.js';
import { biasOf } from './small-kernels.js';
import type { Step } from './step.js';

/** Bytes of the left matrix that a panel of B meets before the next panel: half of a second-level cache of 1 MiB. */
const BLOCK_BYTES = 393_216;

/** The values of a node's kernel. */
export function kernelOf(node: Node<'conv2d' | 'dense'>, params: Parameters) {
  const tensor = params.get(node.params[0]?.path ?? '');
  if (tensor === undefined) throw new RangeError(`${node.path} has no kernel`);
  return tensor;
}

/** The step of a product of matrices: a 1x1 convolution, or a dense layer. */
export function product(
  path: string,
  { inputs, output, residual }: PlanContext,
  weights: number,
  bias: number,
  channels: number,
  outputs: number,
  { lo, hi }: Limits,
  { rows: tile }: Arithmetic,
): Step {
  const x = first(inputs);
  const rowsAtOnce = Math.max(tile, Math.floor(BLOCK_BYTES / (4 * channels) / tile) * tile);
  const panels = Math.ceil(outputs / PANEL);
  const args = [x.address, x.pixel, channels, weights, output.address, output.pixel, bias, residual?.address ?? 0];
  return { kernel: 'product', path, args: [...args, output.pixels, panels, rowsAtOnce, lo, hi] };
}

/** A dense layer is a product with a row an example. */
export function dense(node: Node<'dense'>, params: Parameters, packer: Packer, arithmetic: Arithmetic): Emit {
  const kernel = kernelOf(node, params);
  const [channels = 1, outputs = 1] = kernel.shape;
  const weights = packer.halfPanels(kernel, channels, outputs);
  const bias = packer.memory.put(biasOf(node, params, outputs));
  const limits = clampOf(node.attributes.activation);
  return (context) =>
    weights.half
      ? [halfProduct(node.path, context, weights.address, bias, channels, outputs, limits)]
      : [product(node.path, context, weights.address, bias, channels, outputs, limits, arithmetic)];
}

function halfProduct(
  path: string,
  { inputs, output }: PlanContext,
  weights: number,
  bias: number,
  channels: number,
  outputs: number,
  { lo, hi }: Limits,
): Step {
  const x = first(inputs);
  const args = [x.address, x.pixel, channels, weights, output.address, output.pixel, bias, output.pixels];
  return { kernel: 'halfProduct', path, args: [...args, Math.ceil(outputs / PANEL), lo, hi] };
}
