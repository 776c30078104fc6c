import {
  type AnyNode,
  type FusedActivation,
  inputOf,
  isDepthwise,
  type Node,
  nodeAt,
  type Padding,
  type Pair,
  paramOf,
} from '@convzoo/layers';
import type { Network } from '../network.js';
import { bytesOf } from './plain.js';
import {
  ACTIVATIONS,
  type Field,
  type Operation,
  type Operator,
  PADDINGS,
  type Tensor,
  writeTflite,
} from './tflite-schema.js';

/**
 * A folded network as TensorFlow Lite has it, for one batch size, as its converter would write it: activations fused,
 * symmetric padding at stride 2 as a `PAD` before a convolution without padding, which XNNPACK fuses again (its
 * test/fusion.cc, CONSTANT_PAD_THEN_CONVOLUTION). The pool of ResNets keeps its `PAD`, a copy of one map.
 */
export function toTflite({ graph, params }: Network, batch: number): Uint8Array {
  const tensors: Tensor[] = [];
  const operations: Operation[] = [];
  /** Number of the tensor of each node. */
  const results: number[] = [];

  const tensor = (name: string, shape: readonly number[], data?: Float32Array): number =>
    tensors.push({ name, shape, type: 'float32', data: data && bytesOf(data) }) - 1;
  const integers = (name: string, shape: readonly number[], values: readonly number[]): number => {
    const data = new Uint8Array(Int32Array.from(values).buffer);
    return tensors.push({ name, shape, type: 'int32', data }) - 1;
  };
  const add = (
    operator: Operator,
    name: string,
    shape: readonly number[],
    inputs: readonly number[],
    options: readonly Field[],
  ): number => {
    const result = tensor(name, [batch, ...shape]);
    operations.push({ operator, inputs, outputs: [result], options });
    return result;
  };
  const weight = (
    node: Node,
    role: 'kernel' | 'bias',
  ): { readonly shape: readonly number[]; readonly data: Float32Array } => {
    const found = params.get(paramOf(node, role)?.path ?? '');
    if (found === undefined) throw new RangeError(`${node.path} has no ${role}`);
    return found;
  };

  const padded = (
    node: AnyNode,
    padding: Padding,
    window: Pair,
    strides: Pair,
  ): { readonly from: number; readonly padding: number } => {
    const [id = 0] = node.inputs;
    const [from = 0, { shape }] = [results[id], nodeAt(graph, id)];
    const explicit = explicitOf(padding);
    if (explicit.every((side) => side === 0)) return { from, padding: PADDINGS.valid };
    if (isSame(explicit, shape, window, strides)) return { from, padding: PADDINGS.same };
    const [top, right, bottom, left] = explicit;
    const [height = 0, width = 0, channels = 0] = shape;
    const sides = integers(`${node.path}/paddings`, [4, 2], [0, 0, top, bottom, left, right, 0, 0]);
    const grown = [height + top + bottom, width + left + right, channels];
    return { from: add('pad', `${node.path}/pad`, grown, [from, sides], []), padding: PADDINGS.valid };
  };

  const layer = (node: AnyNode): number => {
    const sources = node.inputs.map((id) => results[id] ?? 0);
    switch (node.op) {
      case 'input':
        return tensor(node.path, [batch, ...node.shape]);
      case 'conv2d': {
        const { strides, activation } = node.attributes;
        const kernel = weight(node, 'kernel');
        const [height = 0, width = 0, into = 0, out = 0] = kernel.shape;
        const { from, padding } = padded(node, node.attributes.padding, [height, width], strides);
        const [down, right] = strides;
        const bias = tensor(`${node.path}/bias`, [out], weight(node, 'bias').data);
        const window: readonly Field[] = [
          [0, 1, padding],
          [1, 4, right],
          [2, 4, down],
        ];
        const depthwise: boolean = isDepthwise(node, graph);
        if (depthwise) {
          const filter = tensor(`${node.path}/kernel`, [1, height, width, out], kernel.data);
          // Depth multiplier, activation, dilations.
          const rest: readonly Field[] = [
            [3, 4, 1],
            [4, 1, activationOf(activation)],
            [5, 4, 1],
            [6, 4, 1],
          ];
          return add('depthwiseConv2d', node.path, node.shape, [from, filter, bias], [...window, ...rest]);
        }
        const filter = tensor(`${node.path}/kernel`, [out, height, width, into], transposed(kernel.data, out));
        const rest: readonly Field[] = [
          [3, 1, activationOf(activation)],
          [4, 4, 1],
          [5, 4, 1],
        ];
        return add('conv2d', node.path, node.shape, [from, filter, bias], [...window, ...rest]);
      }
      case 'maxPool': {
        const { size, strides } = node.attributes;
        // Behind a ReLU zeros around a map change no maximum.
        const { from, padding } = padded(node, node.attributes.padding, size, strides);
        return add(
          'maxPool2d',
          node.path,
          node.shape,
          [from],
          [
            [0, 1, padding],
            [1, 4, strides[1]],
            [2, 4, strides[0]],
            [3, 4, size[1]],
            [4, 4, size[0]],
          ],
        );
      }
      case 'add':
        return add('add', node.path, node.shape, sources, [[0, 1, activationOf(node.attributes.activation)]]);
      case 'globalAvgPool':
        return add('mean', node.path, node.shape, [...sources, integers(`${node.path}/axes`, [2], [1, 2])], []);
      case 'adaptiveAvgPool':
        // Of a map of that size already.
        return sources[0] ?? 0;
      case 'flatten': {
        const shape = integers(`${node.path}/shape`, [2], [batch, ...node.shape]);
        return add('reshape', node.path, node.shape, [...sources, shape], []);
      }
      case 'dense': {
        const kernel = weight(node, 'kernel');
        const [inputs = 0, units = 0] = kernel.shape;
        const filter = tensor(`${node.path}/kernel`, [units, inputs], transposed(kernel.data, units));
        const bias = tensor(`${node.path}/bias`, [units], weight(node, 'bias').data);
        return add(
          'fullyConnected',
          node.path,
          node.shape,
          [...sources, filter, bias],
          [[0, 1, activationOf(node.attributes.activation)]],
        );
      }
      default:
        throw new RangeError(`${node.path} (${node.op}) is in none of the compared networks`);
    }
  };

  for (const node of graph.nodes) results[node.id] = layer(node);
  return writeTflite({
    tensors,
    operations,
    inputs: [results[inputOf(graph).id] ?? 0],
    outputs: [results[graph.output] ?? 0],
  });
}

type Sides = readonly [number, number, number, number];

function explicitOf(padding: Padding): Sides {
  if (padding === 'same') throw new RangeError('the compared networks pad explicitly');
  return padding;
}

/** Whether TensorFlow's `SAME` would pad so: the output is ceil(input / stride), what is odd goes right and below. */
function isSame(
  [top, right, bottom, left]: Sides,
  [height = 0, width = 0]: readonly number[],
  window: Pair,
  strides: Pair,
): boolean {
  const along = (extent: number, kernel: number, stride: number): readonly [number, number] => {
    const total = Math.max(0, (Math.ceil(extent / stride) - 1) * stride + kernel - extent);
    return [total >> 1, total - (total >> 1)];
  };
  const [vertical, horizontal] = [along(height, window[0], strides[0]), along(width, window[1], strides[1])];
  return vertical[0] === top && vertical[1] === bottom && horizontal[0] === left && horizontal[1] === right;
}

function activationOf(activation: FusedActivation): number {
  if (activation === 'linear' || activation === 'relu' || activation === 'relu6') return ACTIVATIONS[activation];
  throw new RangeError(`activation ${activation} is in none of the compared networks`);
}

/** `[..., out]` to `[out, ...]`. */
function transposed(data: Float32Array, out: number): Float32Array {
  const rows = data.length / out;
  const result = new Float32Array(data.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < out; column++) result[column * rows + row] = data[row * out + column] ?? 0;
  }
  return result;
}
