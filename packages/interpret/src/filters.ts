import { type AnyNode, type Float32Tensor, formatShape, type Graph, nodeAt } from '@convzoo/layers';
import { InterpretError } from './errors.js';
import type { HeatMap } from './heat-map.js';
import type { Pixels } from './pixels.js';

/** Convolutions, in the order of the network. */
export const convolutions = (graph: Graph): readonly AnyNode[] => graph.nodes.filter(({ op }) => op === 'conv2d');

/** Whether a convolution reads the picture itself, so that its kernels have colours. */
export function readsPicture(graph: Graph, convolution: AnyNode): boolean {
  let node = nodeAt(graph, convolution.inputs[0] ?? -1);
  while (node.op === 'zeroPad' || node.op === 'rescale') node = nodeAt(graph, node.inputs[0] ?? -1);
  return node.op === 'input' && node.shape.at(-1) === 3;
}

/**
 * The kernels of a first layer as pictures, one an output channel. Each is normalised on its own with 0 in the middle grey,
 * so that colours are comparable within it.
 *
 * @param kernel `[height, width, 3, out]`, with channels in the order of the input
 * @param order of the network's input
 */
export function colourFilters(kernel: Float32Tensor, order: 'rgb' | 'bgr' = 'rgb'): readonly Pixels[] {
  const [height, width, inputs, outputs] = kernelShape(kernel);
  if (inputs !== 3) {
    throw new InterpretError(
      'wrong-shape',
      `Only kernels over three channels have colours; got ${formatShape(kernel.shape)}.`,
    );
  }
  return Array.from({ length: outputs }, (_, out) => {
    const values = Float32Array.from({ length: height * width * 3 }, (_value, i) => {
      const channel = order === 'rgb' ? i % 3 : 2 - (i % 3);
      return kernel.data[(Math.floor(i / 3) * 3 + channel) * outputs + out] ?? 0;
    });
    const most = largest(values);
    const data = Uint8Array.from(values, (value) => Math.round(127.5 + (127.5 * value) / most));
    return { height, width, data };
  });
}

export interface FilterSlice {
  readonly output: number;
  /** Of the kernel: with groups (depthwise), the first of the group is 0. */
  readonly input: number;
  /** From 0 to 1, weight 0 at 0.5; one scale for all slices of an output channel. */
  readonly map: HeatMap;
}

/**
 * The kernels of any convolution, a grey picture for each pair of an output and an input channel, in that order.
 *
 * @param kernel `[height, width, in / groups, out]`
 * @param limits how many output and input channels, the first ones; all where absent
 */
export function filterSlices(
  kernel: Float32Tensor,
  limits: { readonly outputs?: number; readonly inputs?: number } = {},
): readonly FilterSlice[] {
  const [height, width, inputs, outputs] = kernelShape(kernel);
  const slices: FilterSlice[] = [];
  for (let output = 0; output < Math.min(outputs, limits.outputs ?? outputs); output++) {
    const weight = (place: number, input: number): number =>
      kernel.data[(place * inputs + input) * outputs + output] ?? 0;
    let most = 0;
    for (let i = 0; i < height * width * inputs; i++) most = Math.max(most, Math.abs(weight(0, i)));
    for (let input = 0; input < Math.min(inputs, limits.inputs ?? inputs); input++) {
      const values = Float32Array.from({ length: height * width }, (_, place) =>
        most === 0 ? 0.5 : 0.5 + weight(place, input) / most / 2,
      );
      slices.push({ output, input, map: { height, width, values } });
    }
  }
  return slices;
}

function kernelShape({ shape }: Float32Tensor): readonly [number, number, number, number] {
  const [height, width, inputs, outputs] = shape;
  if (
    shape.length !== 4 ||
    height === undefined ||
    width === undefined ||
    inputs === undefined ||
    outputs === undefined
  ) {
    throw new InterpretError('wrong-shape', `A kernel is [height, width, in, out]; got ${formatShape(shape)}.`);
  }
  return [height, width, inputs, outputs];
}

/** The largest absolute value; 1 where all are 0, since it is divided by. */
const largest = (values: Float32Array): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0) || 1;
