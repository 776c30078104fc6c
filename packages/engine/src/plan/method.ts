import { axisPadding, type Graph, isDepthwise, type Node, type NodeId, nodeAt } from '@convzoo/layers';
import { depthwiseKernels } from '../kernels/depthwise.js';
import { STEM } from '../kernels/stem.js';
import { type WinogradKernel, weightPlanesOf, winogradForms } from '../kernels/winograd-forms.js';
import { LANES, type Layout, layoutOf } from './value.js';

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

/** How a convolution is computed; docs/engine.md says what for. `strassen` is a product of halves. */
export type Method = WinogradKernel | 'product' | 'strassen' | 'depthwise' | 'stem' | 'rows' | 'table';

/** Below so many input channels the transforms cost more than they save. */
const WINOGRAD_CHANNELS = 16;
/**
 * A map of few tiles meets each weight a few times: reading weights takes the time, where a cache does not hold them, so they are
 * better evaluated in each run. Fewer tiles still are no longer than that evaluation.
 */
const LATE_TILES = { least: 9, most: 49 };
const LATE_WEIGHTS = 16_384;
/** The form for stride 2 saves less, and what it saves goes into reading its weights where there are few pixels. */
const STRIDED_CHANNELS = 32;
const STRIDED_PIXELS = 96;
/** With fewer channels one tap of the product would be a single vector's work: whole kernel rows are one tap then. */
const ROW_CHANNELS = 8;

/** With fewer outputs, sums down the columns take longer than the products that they save. */
const STEM_CHANNELS = 16;

/** Below so many channels in and out, and pixels, the sums of a halved product cost more than the eighth that it saves. */
const STRASSEN_CHANNELS = 128;
const STRASSEN_PIXELS = 196;

/** The methods that can compute a convolution, whatever its size. */
export function possibleMethods(node: Node<'conv2d'>, graph: Graph): ReadonlySet<Method> {
  const input = layoutOf(nodeAt(graph, node.inputs[0] ?? 0).shape);
  const { groups } = node.attributes;
  const { kernelY, kernelX, strideY, strideX, dilationY, dilationX, top, left } = windowOf(node, input);
  const [outHeight = 1, outWidth = 1, outputs = 1] = node.shape;
  const methods = new Set<Method>(['table']);
  const square = (size: number): boolean => kernelY === size && kernelX === size;
  if (isDepthwise(node, graph) && outputs === input.channels && depthwiseKernels.some(square)) methods.add('depthwise');
  if (groups > 1) return methods;
  const undilated = dilationY === 1 && dilationX === 1;
  const stride = (size: number): boolean => undilated && strideY === size && strideX === size;
  const same = outHeight === input.height && outWidth === input.width;
  if (square(1) && stride(1) && same && top === 0 && left === 0) {
    methods.add('product');
    if ([outHeight * outWidth, input.channels / 8, outputs / 8].every((count) => count % 2 === 0))
      methods.add('strassen');
  }
  if (kernelX > 1 && dilationX === 1) methods.add('rows');
  if (kernelY === STEM.taps && kernelX > 1 && strideY === STEM.stride && undilated) methods.add('stem');
  // Winograd's forms read whole vectors, and the pixels of an input of few channels may have none.
  if (!square(3) || input.channels < LANES) return methods;
  if (stride(1)) for (const form of ['winograd2', 'winograd4', 'winograd4Late'] as const) methods.add(form);
  if (stride(2)) methods.add('winogradStrided');
  return methods;
}

/** Whether a method that a convolution can be computed by is the fastest for its size. */
const worthwhile: Readonly<Record<Method, (size: Size) => boolean>> = {
  depthwise: () => true,
  strassen: ({ pixels, inputs, outputs }) =>
    Math.min(inputs, outputs) >= STRASSEN_CHANNELS && pixels >= STRASSEN_PIXELS,
  product: () => true,
  winograd2: ({ height, width, inputs }) => height <= 2 && width <= 2 && inputs >= WINOGRAD_CHANNELS,
  winograd4Late: ({ height, width, inputs, outputs }) => {
    const tiles = Math.ceil(height / 4) * Math.ceil(width / 4);
    return tiles >= LATE_TILES.least && tiles <= LATE_TILES.most && inputs * outputs >= LATE_WEIGHTS;
  },
  winograd4: ({ inputs }) => inputs >= WINOGRAD_CHANNELS,
  winogradStrided: ({ pixels, inputs, outputs }) =>
    Math.min(inputs, outputs) >= STRIDED_CHANNELS && pixels >= STRIDED_PIXELS,
  stem: ({ inputs, outputs }) => inputs < ROW_CHANNELS && outputs >= STEM_CHANNELS,
  rows: ({ inputs }) => inputs < ROW_CHANNELS,
  table: () => true,
};

interface Size {
  /** Of the result. */
  readonly height: number;
  readonly width: number;
  readonly pixels: number;
  readonly inputs: number;
  readonly outputs: number;
}

/** The method that is fastest, memory aside: the first of those above that is possible and worthwhile. */
function fastest(node: Node<'conv2d'>, graph: Graph): Method {
  const [height = 1, width = 1, outputs = 1] = node.shape;
  const inputs = node.params[0]?.shape[2] ?? 1;
  const size: Size = { height, width, pixels: height * width, inputs, outputs };
  const possible = possibleMethods(node, graph);
  const inOrder = Object.keys(worthwhile) as readonly Method[];
  return inOrder.find((method) => possible.has(method) && worthwhile[method](size)) ?? 'table';
}

/** What may take the place of each of Winograd's forms, the fastest first. */
const choices: Readonly<Record<WinogradKernel, readonly WinogradKernel[]>> = {
  winograd4: ['winograd4', 'winograd4Late'],
  winograd4Late: ['winograd4Late'],
  winograd2: ['winograd2'],
  winogradStrided: ['winogradStrided'],
};

const isWinograd = (method: Method | undefined): method is WinogradKernel => method !== undefined && method in choices;

/** Bytes that Winograd's transformed weights take beyond the nine taps. */
function extraBytes(node: Node<'conv2d'>, name: WinogradKernel): number {
  if (name === 'winograd4Late') return 0;
  const [, , inputs = 1, outputs = 1] = node.params[0]?.shape ?? [];
  return 4 * (weightPlanesOf(winogradForms[name]) - 9) * inputs * outputs;
}

/**
 * The method of every convolution. Winograd's weights take at most `budget` bytes beyond the plain ones: what a byte saves grows
 * with the map, so the largest maps come first; where evaluated ones do not fit they are
 * evaluated in each run, or a plain product is left.
 */
export function methodsOf(graph: Graph, budget: number): ReadonlyMap<NodeId, Method> {
  const convolutions = graph.nodes.filter((node) => node.op === 'conv2d');
  const methods = new Map<NodeId, Method>(convolutions.map((node) => [node.id, fastest(node, graph)]));
  const area = ([height = 1, width = 1]: readonly number[]): number => height * width;
  let left = budget;
  for (const node of convolutions.toSorted((a, b) => area(b.shape) - area(a.shape))) {
    const method = methods.get(node.id);
    if (!isWinograd(method)) continue;
    const found = choices[method].find((name) => extraBytes(node, name) <= left);
    methods.set(node.id, found ?? 'table');
    if (found !== undefined) left -= extraBytes(node, found);
  }
  return methods;
}
