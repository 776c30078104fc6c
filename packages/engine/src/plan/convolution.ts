import type { Node, Parameters } from '@convzoo/layers';
import type { Arithmetic } from '../kernels/arithmetic.js';
import { stemWeights } from '../kernels/stem.js';
import { clampOf, type Limits } from './clamp.js';
import { type Emit, first, type PlanContext } from './context.js';
import { type Method, type Window, windowOf } from './method.js';
import type { Packer } from './pack.js';
import { kernelOf, product } from './products.js';
import { biasOf, packDepthwise, packMatrices } from './small-kernels.js';
import { stem } from './stem.js';
import type { Step } from './step.js';
import { strassen } from './strassen.js';
import { groupPanels, panelsOf, rows, table } from './table-product.js';
import type { Layout } from './value.js';
import { winograd, winogradLate } from './winograd.js';

/** Methods whose results may have gaps between their pixels, for others' parts of a concatenation. */
export const leavesGaps: ReadonlySet<Method> = new Set<Method>([
  ...(['product', 'winograd2', 'winograd4', 'winograd4Late', 'winogradStrided', 'rows', 'table'] as const),
]);

/** Puts a convolution's weights into memory and returns how its steps are made. */
export function convolution(
  node: Node<'conv2d'>,
  method: Method,
  params: Parameters,
  packer: Packer,
  arithmetic: Arithmetic,
  input: Layout,
): Emit {
  const { memory } = packer;
  const window = windowOf(node, input);
  const { activation, groups } = node.attributes;
  const kernel = kernelOf(node, params);
  const outputs = node.shape.at(-1) ?? 0;
  const [, , perGroup = 1] = kernel.shape;
  const bias = memory.put(biasOf(node, params, outputs));
  const limits = clampOf(activation);
  switch (method) {
    case 'product': {
      const weights = packer.panels(kernel, perGroup, outputs);
      return (context) => [product(node.path, context, weights, bias, perGroup, outputs, limits, arithmetic)];
    }
    case 'strassen': {
      const weights = packer.quarters(kernel, perGroup, outputs);
      return (context) => strassen(node.path, context, weights, bias, limits);
    }
    case 'winograd4Late': {
      const weights = packer.taps(kernel, 9, perGroup, outputs);
      return (context) => winogradLate(node.path, context, window, weights, bias, limits);
    }
    case 'winograd2':
    case 'winograd4':
    case 'winogradStrided': {
      const weights = packer.winograd(kernel, perGroup, outputs, method);
      return (context) => winograd(node.path, method, context, window, weights, bias, limits);
    }
    case 'depthwise': {
      const weights = memory.put(packDepthwise(kernel.data, biasOf(node, params, outputs), outputs));
      return (context) => {
        // The bounds are those of the last step.
        const [own, sum] = context.residual === undefined ? [limits, UNBOUNDED] : [UNBOUNDED, limits];
        return [depthwise(node.path, context, window, weights, own), ...sumAfter(node.path, context, sum)];
      };
    }
    case 'stem': {
      const each = window.kernelX * perGroup;
      const weights = memory.put(packMatrices(stemWeights(kernel.data), each, outputs));
      return (context) => {
        // The bounds are those of the last step.
        const [own, sum] = context.residual === undefined ? [limits, UNBOUNDED] : [UNBOUNDED, limits];
        return [...stem(node.path, context, window, weights, bias, own), ...sumAfter(node.path, context, sum)];
      };
    }
    case 'rows': {
      const taps = window.kernelY;
      const panels = panelsOf(packer, kernel, taps * window.kernelX * perGroup, outputs, window.kernelX * perGroup);
      return (context) => rows(node.path, context, window, { panels, outputs, bias, taps, limits, arithmetic });
    }
    case 'table': {
      const taps = window.kernelY * window.kernelX;
      const panels =
        groups === 1
          ? panelsOf(packer, kernel, taps * perGroup, outputs, perGroup)
          : groupPanels(memory, kernel.data, { taps, perGroup, outputs, groups });
      return (context) => table(node.path, context, window, { panels, outputs, bias, taps, limits, arithmetic });
    }
  }
}

const UNBOUNDED: Limits = clampOf('linear');

function depthwise(
  path: string,
  { inputs, output, batch, zeros }: PlanContext,
  { kernelY, strideY, strideX, top, left, dilationY, dilationX }: Window,
  weights: number,
  { lo, hi }: Limits,
): Step {
  const x = first(inputs);
  return {
    kernel: `depthwise${kernelY}`,
    path,
    args: [
      ...[x.address, x.height, x.width, x.pixel, weights, output.address, output.height, output.width],
      ...[batch, strideY, strideX, top, left, dilationY, dilationX, zeros, lo, hi],
    ],
  };
}

/** A kernel that cannot add the residual itself is followed by a sum in place. */
function sumAfter(path: string, { output, residual }: PlanContext, { lo, hi }: Limits): readonly Step[] {
  if (residual === undefined) return [];
  const vectors = (output.pixels * output.pixel) / 16;
  const args = [output.address, residual.address, output.address, vectors];
  return [{ kernel: 'add', path, args: [...args, lo, hi] }];
}
