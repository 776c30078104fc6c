import { type AnyNode, type FusedActivation, type OpName, sizeOf } from '@convzoo/layers';

/** What the gradient of a node reads again after the forward pass. */
export interface BackwardReads {
  readonly inputs?: boolean;
  readonly result?: boolean;
  /** Elements that the forward pass keeps besides: of each example, and once for a batch. */
  readonly perExample?: number;
  readonly perBatch?: number;
}

/** Whether the slope of a function is known from its result; the others need what went in. */
const fromResult: Readonly<Record<FusedActivation, boolean>> = {
  linear: false,
  relu: true,
  relu6: true,
  sigmoid: true,
  tanh: true,
  hardSigmoid: true,
  swish: false,
  hardSwish: false,
  gelu: false,
};

type Reads<K extends OpName> = (node: Extract<AnyNode, { op: K }>) => BackwardReads;

/** A fused function whose slope needs what went in has that kept beside the result. */
function fused(node: Extract<AnyNode, { op: 'conv2d' | 'dense' | 'add' }>): BackwardReads {
  const { activation } = node.attributes;
  if (activation === 'linear') return {};
  return fromResult[activation] ? { result: true } : { perExample: sizeOf(node.shape) };
}

/** The rules of `@convzoo/training`, as sizes. A pool keeps its input and its result, where torch keeps indices. */
const backwardReads: { readonly [K in OpName]: Reads<K> } = {
  input: () => ({}),
  conv2d: (node) => ({ inputs: true, ...fused(node) }),
  dense: (node) => ({ inputs: true, ...fused(node) }),
  // Mean and deviation of the batch, by channel.
  batchNorm: ({ shape }) => ({ inputs: true, perBatch: 2 * (shape.at(-1) ?? 0) }),
  activation: ({ attributes }) => (fromResult[attributes.function] ? { result: true } : { inputs: true }),
  leakyRelu: () => ({ result: true }),
  add: fused,
  multiply: () => ({ inputs: true }),
  concat: () => ({}),
  layerNorm: () => ({ inputs: true }),
  layerScale: () => ({ inputs: true }),
  rescale: () => ({}),
  sliceChannels: () => ({}),
  channelShuffle: () => ({}),
  maxPool: () => ({ inputs: true, result: true }),
  avgPool: () => ({}),
  globalAvgPool: () => ({}),
  adaptiveAvgPool: () => ({}),
  zeroPad: () => ({}),
  flatten: () => ({}),
  dropout: ({ shape, attributes }) => ({
    // The mask: a factor for each value, or one for each example.
    perExample: attributes.rate === 0 ? 0 : attributes.per === 'value' ? sizeOf(shape) : 1,
  }),
  custom: () => ({ inputs: true }),
};

export function backwardReadsOf(node: AnyNode): BackwardReads {
  // The table pairs each op name with a rule for its node; TypeScript cannot follow that through the union.
  const reads = backwardReads[node.op] as (node: AnyNode) => BackwardReads;
  return reads(node);
}
