import { type ActivationFunction, type AnyNode, channelsOf, formatShape, type Pair } from '@convzoo/layers';

const ACTIVATIONS: Readonly<Record<ActivationFunction, string>> = {
  relu: 'ReLU',
  relu6: 'ReLU6',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  hardSigmoid: 'hard sigmoid',
  swish: 'swish',
  hardSwish: 'hard swish',
  gelu: 'GELU',
};

/** `3x3`. */
const size = ([height, width]: Pair): string => `${height}x${width}`;
/** `, /2` as the papers write a stride, nothing at 1. */
const stride = ([height, width]: Pair): string =>
  height === 1 && width === 1 ? '' : `, /${height === width ? height : size([height, width])}`;

interface Surroundings {
  readonly depthwise: boolean;
  readonly input: AnyNode;
}

/** What a node computes, in the words of the papers' figures (He et al. 2015, figure 3: `3x3 conv, 64, /2`). */
export function describeLead(node: AnyNode, { depthwise, input }: Surroundings): string {
  const channels = channelsOf(node.shape);
  switch (node.op) {
    case 'input':
      return `input ${formatShape(node.shape)}`;
    case 'conv2d': {
      const { strides, dilations, groups } = node.attributes;
      const [height = 1, width = 1] = node.params[0]?.shape ?? [];
      const dilation = dilations[0] === 1 && dilations[1] === 1 ? '' : `, dilation ${size(dilations)}`;
      const grouped = groups > 1 && !depthwise ? `, ${groups} groups` : '';
      return `${size([height, width])} ${depthwise ? 'depthwise ' : ''}conv, ${channels}${stride(strides)}${dilation}${grouped}`;
    }
    case 'dense':
      return `dense, ${channels}`;
    case 'maxPool':
      return `${size(node.attributes.size)} max pool${stride(node.attributes.strides)}`;
    case 'avgPool':
      return `${size(node.attributes.size)} average pool${stride(node.attributes.strides)}`;
    case 'globalAvgPool':
      return 'global average pool';
    case 'adaptiveAvgPool': {
      const [height, width] = node.attributes.size;
      if (height === 1 && width === 1) return 'global average pool';
      return `average pool to ${size(node.attributes.size)}`;
    }
    case 'add':
      return 'add';
    case 'multiply':
      return 'multiply';
    case 'concat':
      return 'concat';
    case 'zeroPad':
      return 'zero padding';
    case 'sliceChannels': {
      const { start, size: count } = node.attributes;
      return `channels ${start}..${start + count - 1} of ${channelsOf(input.shape)}`;
    }
    case 'channelShuffle':
      return `channel shuffle, ${node.attributes.groups} groups`;
    case 'rescale':
      return 'rescale';
    case 'custom':
      return node.attributes.definition.name;
    default:
      return describeFollower(node) ?? node.op;
  }
}

/** What a norm or activation is called inside the box of another op; nothing for what only renames values. */
export function describeFollower(node: AnyNode): string | undefined {
  switch (node.op) {
    case 'batchNorm':
      return 'BN';
    case 'layerNorm':
      return 'LN';
    case 'layerScale':
      return 'layer scale';
    case 'activation':
      return ACTIVATIONS[node.attributes.function];
    case 'leakyRelu':
      return 'leaky ReLU';
    case 'dropout':
      return node.attributes.per === 'example' ? 'stochastic depth' : `dropout ${node.attributes.rate}`;
    case 'flatten':
      return 'flatten';
    default:
      return undefined;
  }
}
