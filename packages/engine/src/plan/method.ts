import { axisPadding, type Graph, isDepthwise, type Node, type NodeId, nodeAt } from '@convzoo/layers';
import { depthwiseKernels } from '../kernels/depthwise.js';
import { type OutputTile, planesOf } from '../kernels/winograd.js';
import { type Layout, layoutOf } from './value.js';

/** What a convolution is, in numbers. */
export interface Window {
  readonly kernelY: number;
  readonly kernelX: number;
  readonly strideY: number;
  readonly strideX: number;
  readonly dilationY: number;
  readonly dilationX: number;
  readonly top: number;
  readonly left: number;
}

export function windowOf(node: Node<'conv2d'>, input: Layout): Window {
  const { strides, dilations, padding } = node.attributes;
  const [kernelY = 1, kernelX = 1] = node.params[0]?.shape ?? [];
  const axis = (name: 'height' | 'width', i: 0 | 1, kernel: number): number =>
    axisPadding(padding, name, input[name], { kernel, stride: strides[i], dilation: dilations[i] }).before;
  return {
    kernelY,
    kernelX,
    strideY: strides[0],
    strideX: strides[1],
    dilationY: dilations[0],
    dilationX: dilations[1],
    top: axis('height', 0, kernelY),
    left: axis('width', 1, kernelX),
  };
}

/** How a convolution is computed; docs/engine.md says what for. `winograd4` is F(4x4, 3x3), `winograd2` F(2x2, 3x3). */
export type Method = 'product' | 'winograd4' | 'winograd2' | 'depthwise' | 'rows' | 'table';

/** Below so many input channels the transforms cost more than they save. */
const WINOGRAD_CHANNELS = 16;
/** With fewer channels one tap of the product would be a single vector's work: whole kernel rows are one tap then. */
const ROW_CHANNELS = 8;

/** The method that is fastest, memory aside. */
function fastest(node: Node<'conv2d'>, graph: Graph): Method {
  const input = layoutOf(nodeAt(graph, node.inputs[0] ?? 0).shape);
  const { groups } = node.attributes;
  const { kernelY, kernelX, strideY, strideX, dilationY, dilationX, top, left } = windowOf(node, input);
  const [outHeight = 1, outWidth = 1, outputs] = node.shape;
  if (isDepthwise(node, graph)) {
    const known = kernelY === kernelX && depthwiseKernels.some((size) => size === kernelY);
    return known && outputs === input.channels ? 'depthwise' : 'table';
  }
  if (groups > 1) return 'table';
  const dense = strideY === 1 && strideX === 1 && dilationY === 1 && dilationX === 1;
  const same = outHeight === input.height && outWidth === input.width;
  if (kernelY === 1 && kernelX === 1 && dense && same && top === 0 && left === 0) return 'product';
  if (kernelY === 3 && kernelX === 3 && dense && input.channels >= WINOGRAD_CHANNELS) {
    return outHeight <= 2 && outWidth <= 2 ? 'winograd2' : 'winograd4';
  }
  if (input.channels < ROW_CHANNELS && kernelX > 1 && dilationX === 1) return 'rows';
  return 'table';
}

/** Bytes that Winograd's transformed weights take beyond the nine taps. */
function extraBytes(node: Node<'conv2d'>, tile: OutputTile): number {
  const [, , inputs = 1, outputs = 1] = node.params[0]?.shape ?? [];
  return 4 * (planesOf(tile) - 9) * inputs * outputs;
}

/**
 * The method of every convolution. Winograd's weights take at most `budget` bytes beyond the plain ones: what a byte saves grows
 * with the map, so the largest maps come first; where F(4x4) does not fit F(2x2) is tried, and then the plain product is left.
 */
export function methodsOf(graph: Graph, budget: number): ReadonlyMap<NodeId, Method> {
  const convolutions = graph.nodes.filter((node) => node.op === 'conv2d');
  const methods = new Map<NodeId, Method>(convolutions.map((node) => [node.id, fastest(node, graph)]));
  const area = ([height = 1, width = 1]: readonly number[]): number => height * width;
  let left = budget;
  for (const node of convolutions.toSorted((a, b) => area(b.shape) - area(a.shape))) {
    const method = methods.get(node.id);
    const tiles: readonly OutputTile[] = method === 'winograd4' ? [4, 2] : method === 'winograd2' ? [2] : [];
    if (tiles.length === 0) continue;
    const tile = tiles.find((size) => extraBytes(node, size) <= left);
    methods.set(node.id, tile === undefined ? 'table' : `winograd${tile}`);
    if (tile !== undefined) left -= extraBytes(node, tile);
  }
  return methods;
}
