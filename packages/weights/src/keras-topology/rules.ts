import {
  type ActivationFunction,
  type FusedActivation,
  type Graph,
  isDepthwise,
  type Node,
  nodeAt,
  type OpName,
  type Shape,
} from '@convzoo/layers';
import type { LayerList } from './layers.js';
import { kerasPadding, poolPadding } from './windows.js';

/** What a rule works with. */
export interface RuleContext {
  readonly graph: Graph;
  readonly list: LayerList;
  /** The name of a node's layer in Keras. */
  name(node: Node): string;
  /** Shape of its kernel in Keras's file. */
  kernel(node: Node): Shape;
  /** Says that Keras has no layer for it. */
  refuse(node: Node, why: string): never;
}

/** Adds the layers that do what a node does. Returns the name of the last. */
type Rule<K extends OpName> = (node: Node<K>, inputs: readonly string[], context: RuleContext) => string;

const shapeOfInput = (node: Node, { graph }: RuleContext): Shape => nodeAt(graph, node.inputs[0] ?? -1).shape;
const has = (node: Node, role: string): boolean => node.params.some((param) => param.role === role);

function activate(node: Node, activation: FusedActivation, input: string, context: RuleContext): string {
  return activation === 'linear' ? input : activationLayer(`${node.path}_${activation}`, activation, input, context);
}

/** TensorFlow.js has Keras 2's hard sigmoid, which is another: it is made of layers that every version has. */
function activationLayer(name: string, kind: ActivationFunction, input: string, { list }: RuleContext): string {
  if (kind !== 'hardSigmoid' && kind !== 'hardSwish') {
    return list.add('Activation', name, { activation: kind }, [input]);
  }
  const shifted = list.add('Rescaling', `${name}_shift`, { scale: 1, offset: 3 }, [input]);
  const clipped = list.add('ReLU', `${name}_clip`, { max_value: 6 }, [shifted]);
  const scaled = list.add('Rescaling', `${name}_scale`, { scale: 1 / 6, offset: 0 }, [clipped]);
  return kind === 'hardSigmoid' ? scaled : list.add('Multiply', name, {}, [input, scaled]);
}

function padZeros(node: Node, padding: ReturnType<typeof kerasPadding>, input: string, { list }: RuleContext): string {
  if (padding.zeros === undefined) return input;
  const [top, right, bottom, left] = padding.zeros;
  const config = {
    padding: [
      [top, bottom],
      [left, right],
    ],
    data_format: 'channels_last',
  };
  return list.add('ZeroPadding2D', `${node.path}_pad`, config, [input]);
}

function pool(className: string): Rule<'maxPool'> & Rule<'avgPool'> {
  return (node: Node<'maxPool'> | Node<'avgPool'>, [input = ''], context) => {
    const padding =
      poolPadding(context.graph, node, node.attributes) ??
      context.refuse(node, 'its padding is not one of TensorFlow.js, and zeros would change its result');
    const config = {
      pool_size: node.attributes.size,
      strides: node.attributes.strides,
      padding: padding.word,
      data_format: 'channels_last',
    };
    return context.list.add(className, node.path, config, [padZeros(node, padding, input, context)]);
  };
}

/** Puts channels where height is, does something to them there, and puts them back. */
function onChannels(node: Node, input: string, className: string, config: object, { list }: RuleContext): string {
  const there = list.add('Permute', `${node.path}_channels_first`, { dims: [3, 1, 2] }, [input]);
  const done = list.add(className, `${node.path}_on_channels`, { ...config, data_format: 'channels_last' }, [there]);
  return list.add('Permute', node.path, { dims: [2, 3, 1] }, [done]);
}

/** Every op of the vocabulary as layers of Keras 2, which TensorFlow.js reads. */
export const rules: { readonly [K in OpName]: Rule<K> } = {
  input: (node, _, { list }) =>
    list.add('InputLayer', node.path, { batch_input_shape: [null, ...node.attributes.shape], sparse: false }, []),
  conv2d(node, [input = ''], context) {
    const { strides, dilations, groups, activation } = node.attributes;
    const depthwise = isDepthwise(node, context.graph);
    if (groups !== 1 && !depthwise) context.refuse(node, 'TensorFlow.js has no grouped convolution');
    const [height = 1, width = 1] = context.kernel(node);
    const size = [height, width] as const;
    const padding = kerasPadding({ ...node.attributes, size }, shapeOfInput(node, context), node.shape);
    const config = {
      kernel_size: size,
      strides,
      padding: padding.word,
      data_format: 'channels_last',
      dilation_rate: dilations,
      activation: 'linear',
      use_bias: has(node, 'bias'),
    };
    const padded = padZeros(node, padding, input, context);
    const filters = node.shape[2] ?? 1;
    const own = depthwise ? { depth_multiplier: filters / groups } : { filters };
    const className = depthwise ? 'DepthwiseConv2D' : 'Conv2D';
    const made = context.list.addNamed(className, context.name(node), { ...config, ...own }, [padded]);
    return activate(node, activation, made, context);
  },
  dense(node, [input = ''], context) {
    const units = node.shape.at(-1) ?? 1;
    const common = { activation: 'linear', use_bias: has(node, 'bias') };
    const kernel = context.kernel(node);
    const name = context.name(node);
    if (kernel.length === 2) {
      const made = context.list.addNamed('Dense', name, { units, ...common }, [input]);
      return activate(node, node.attributes.activation, made, context);
    }
    // Keras's own network has a convolution here, whose kernel the file has.
    const [height = 1, width = 1, channels = 1] = kernel;
    const target = [height, width, channels];
    const map = context.list.add('Reshape', `${node.path}_map`, { target_shape: target }, [input]);
    const size = { filters: units, kernel_size: [height, width], strides: [1, 1], padding: 'valid' };
    const made = context.list.addNamed('Conv2D', name, { ...size, data_format: 'channels_last', ...common }, [map]);
    const flat = context.list.add('Flatten', `${node.path}_flat`, {}, [made]);
    return activate(node, node.attributes.activation, flat, context);
  },
  batchNorm(node, [input = ''], { list, name }) {
    const { eps, momentum } = node.attributes;
    const config = {
      axis: -1,
      epsilon: eps,
      momentum: 1 - momentum,
      center: has(node, 'shift'),
      scale: has(node, 'scale'),
    };
    return list.addNamed('BatchNormalization', name(node), config, [input]);
  },
  layerNorm(node, [input = ''], { list, name }) {
    const config = { axis: [-1], epsilon: node.attributes.eps, center: has(node, 'shift'), scale: has(node, 'scale') };
    return list.addNamed('LayerNormalization', name(node), config, [input]);
  },
  layerScale: (node, _, { refuse }) => refuse(node, 'TensorFlow.js has no layer scale'),
  activation: (node, [input = ''], context) => activationLayer(node.path, node.attributes.function, input, context),
  leakyRelu: (node, [input = ''], { list }) =>
    list.add('LeakyReLU', node.path, { alpha: node.attributes.slope }, [input]),
  add: (node, inputs, context) =>
    activate(node, node.attributes.activation, context.list.add('Add', node.path, {}, inputs), context),
  multiply(node, inputs, context) {
    const { graph, list, refuse } = context;
    const factors = node.inputs.map((id, i) => {
      const { shape } = nodeAt(graph, id);
      const input = inputs[i] ?? '';
      if (shape.length === node.shape.length) return input;
      if (shape.length !== 1) return refuse(node, `it multiplies ${shape.length} axes with ${node.shape.length}`);
      return list.add('Reshape', `${node.path}_factors`, { target_shape: [1, 1, shape[0]] }, [input]);
    });
    return list.add('Multiply', node.path, {}, factors);
  },
  concat: (node, inputs, { list }) => list.add('Concatenate', node.path, { axis: -1 }, inputs),
  maxPool: pool('MaxPooling2D'),
  avgPool: pool('AveragePooling2D'),
  globalAvgPool: (node, [input = ''], { list }) =>
    list.add('GlobalAveragePooling2D', node.path, { data_format: 'channels_last' }, [input]),
  adaptiveAvgPool(node, [input = ''], context) {
    const [height = 1, width = 1] = shapeOfInput(node, context);
    const [rows, columns] = node.attributes.size;
    if (height % rows !== 0 || width % columns !== 0) {
      return context.refuse(node, `${height}x${width} does not divide into ${rows}x${columns} equal bins`);
    }
    const size = [height / rows, width / columns];
    if (size.every((extent) => extent === 1)) return input;
    const config = { pool_size: size, strides: size, padding: 'valid', data_format: 'channels_last' };
    return context.list.add('AveragePooling2D', node.path, config, [input]);
  },
  rescale(node, [input = ''], { list, refuse }) {
    const [scale = 1, ...scales] = node.attributes.scale;
    const [offset = 0, ...offsets] = node.attributes.offset;
    if (scales.some((other) => other !== scale) || offsets.some((other) => other !== offset)) {
      return refuse(node, 'TensorFlow.js rescales all channels alike');
    }
    return list.add('Rescaling', node.path, { scale, offset }, [input]);
  },
  sliceChannels(node, [input = ''], context) {
    const { start, size } = node.attributes;
    const channels = shapeOfInput(node, context)[2] ?? 0;
    return onChannels(
      node,
      input,
      'Cropping2D',
      {
        cropping: [
          [start, channels - start - size],
          [0, 0],
        ],
      },
      context,
    );
  },
  channelShuffle(node, [input = ''], { list }) {
    const [height = 1, width = 1, channels = 1] = node.shape;
    const { groups } = node.attributes;
    const dealt = [height, width, groups, channels / groups];
    const apart = list.add('Reshape', `${node.path}_groups`, { target_shape: dealt }, [input]);
    const swapped = list.add('Permute', `${node.path}_swap`, { dims: [1, 2, 4, 3] }, [apart]);
    return list.add('Reshape', node.path, { target_shape: node.shape }, [swapped]);
  },
  zeroPad(node, [input = ''], context) {
    const { spatial, channels } = node.attributes;
    const zeros = spatial.some((count) => count > 0) ? spatial : undefined;
    const padded = padZeros(node, { word: 'valid', zeros }, input, context);
    if (channels.every((count) => count === 0)) return padded;
    return onChannels(node, padded, 'ZeroPadding2D', { padding: [channels, [0, 0]] }, context);
  },
  flatten: (node, [input = ''], { list }) => list.add('Flatten', node.path, { data_format: 'channels_last' }, [input]),
  dropout(node, [input = ''], { list }) {
    const { rate, per } = node.attributes;
    const noise = per === 'example' ? { noise_shape: [null, ...node.shape.map(() => 1)] } : {};
    return list.add('Dropout', node.path, { rate, ...noise }, [input]);
  },
  custom: (node, _, { refuse }) => refuse(node, 'an op of your own has no layer there'),
};
