import {
  type ActivationFunction,
  type AnyNode,
  activationFunctions,
  Builder,
  type Conv2dOptions,
  formatShape,
  fuseActivation,
  type Graph,
  nodeAt,
  type OpName,
  type PoolOptions,
  type Shape,
  type Value,
} from '@convzoo/layers';
import { blend } from './custom-ops.js';

/** A network of one op. */
export interface Case {
  readonly graph: Graph;
  readonly batch: number;
}

/** The op is the last node; its inputs come from the input node. */
export function single(input: Shape, build: (nn: Builder, x: Value) => Value, batch = 2): Case {
  const nn = new Builder('single');
  return { graph: fuseActivation(nn.graph(build(nn, nn.input(input)))), batch };
}

/** The op under test, after fusing. */
export const opOf = ({ graph }: Case): AnyNode => nodeAt(graph, graph.output);

interface Fused {
  readonly activation?: ActivationFunction;
  readonly batch?: number;
}

const fuse = (nn: Builder, y: Value, activation?: ActivationFunction): Value =>
  activation === undefined ? y : nn.activation(y, activation);

export const convCase = (input: Shape, options: Conv2dOptions, { activation, batch }: Fused = {}): Case =>
  single(input, (nn, x) => fuse(nn, nn.conv2d(x, options), activation), batch);

const depthwise = (
  input: Shape,
  options: Parameters<Builder['depthwiseConv2d']>[1],
  { activation, batch }: Fused = {},
): Case => single(input, (nn, x) => fuse(nn, nn.depthwiseConv2d(x, options), activation), batch);

const maxPool = (input: Shape, options: PoolOptions, batch?: number): Case =>
  single(input, (nn, x) => nn.maxPool(x, options), batch);
const avgPool = (input: Shape, options: Parameters<Builder['avgPool']>[1], batch?: number): Case =>
  single(input, (nn, x) => nn.avgPool(x, options), batch);

const pools: readonly (readonly [Shape, PoolOptions])[] = [
  [[6, 6, 3], { size: 2 }],
  [[7, 6, 5], { size: 3, stride: 2, padding: 1 }],
  [[7, 6, 5], { size: 3, stride: 2, padding: 'same' }],
  [[6, 7, 4], { size: 3, stride: 2, padding: [0, 1, 1, 0] }],
  [[5, 5, 2], { size: 3, stride: 1, padding: 'same' }],
  [[6, 6, 3], { size: 3, stride: 2, ceilMode: true }],
  [[7, 8, 2], { size: 3, stride: 3, padding: 1, ceilMode: true }],
  [[5, 6, 3], { size: 2, stride: 3, ceilMode: true }],
  [[5, 5, 3], { size: 3, stride: 5, padding: 1, ceilMode: true }],
  [[1, 1, 6], { size: 1 }],
  [[5, 6, 8], { size: 1, stride: 2 }],
  [[6, 5, 3], { size: 1, stride: [1, 3] }],
  [[5, 7, 2], { size: 2, stride: 3 }],
  [[4, 5, 3], { size: [4, 5] }],
  [[1, 6, 3], { size: [1, 3], stride: 2, padding: [0, 2, 0, 1] }],
  [[2, 2, 3], { size: 3, padding: 1 }],
];

/** Every op kind by hand: what networks use and where backends are known to differ. */
export const cases: { readonly [K in OpName]: readonly Case[] } = {
  input: [single([4, 5, 3], (_, x) => x), single([7], (_, x) => x, 3)],
  conv2d: [
    convCase([5, 7, 3], { out: 4, kernel: 3 }),
    convCase([5, 7, 3], { out: 4, kernel: 3, bias: true }, { activation: 'relu', batch: 3 }),
    convCase([6, 6, 5], { out: 7, kernel: 3, stride: 2, bias: true }, { activation: 'relu6' }),
    convCase([6, 7, 5], { out: 3, kernel: 3, stride: 2, padding: 'same', bias: true }),
    convCase([7, 7, 3], { out: 4, kernel: 3, stride: 2, padding: [0, 1, 1, 0] }),
    convCase([6, 8, 3], { out: 5, kernel: [3, 5], stride: [2, 1], padding: [2, 0, 1, 3] }),
    convCase([4, 4, 3], { out: 8, kernel: 1 }),
    convCase([7, 7, 6], { out: 4, kernel: 1, stride: 3, padding: 0 }),
    convCase([5, 5, 2], { out: 3, kernel: 1, padding: 1, bias: true }, { activation: 'relu' }),
    convCase([8, 8, 2], { out: 3, kernel: 2, stride: 3, padding: 0 }),
    convCase([6, 8, 4], { out: 8, kernel: 1, stride: 2, padding: 0 }),
    convCase([9, 8, 2], { out: 4, kernel: 1, stride: [1, 2], padding: 'same' }),
    convCase([9, 9, 3], { out: 4, kernel: 2, stride: 4, padding: [0, 1, 0, 1] }),
    convCase([9, 8, 3], { out: 4, kernel: 3, dilation: 2, padding: 2 }),
    convCase([9, 9, 2], { out: 4, kernel: 3, dilation: [2, 3], padding: 'same' }),
    convCase([9, 9, 2], { out: 4, kernel: 3, stride: 2, dilation: 2, padding: 'same' }),
    convCase([1, 1, 6], { out: 5, kernel: 3, bias: true }, { batch: 1 }),
    convCase([4, 4, 3], { out: 2, kernel: 4, padding: 0 }),
    convCase([3, 3, 2], { out: 3, kernel: 5, padding: 3 }),
    convCase([6, 6, 8], { out: 12, kernel: 3, groups: 4, bias: true }, { activation: 'relu' }),
    convCase([6, 6, 6], { out: 4, kernel: 3, stride: 2, groups: 2 }, { activation: 'relu6' }),
    convCase([5, 5, 6], { out: 6, kernel: 1, groups: 3 }),
    convCase([4, 4, 32], { out: 64, kernel: 3, groups: 8, bias: true }, { activation: 'relu' }),
    convCase([4, 4, 40], { out: 40, kernel: 3, groups: 20, padding: 'same' }),
    convCase([3, 3, 24], { out: 36, kernel: 1, groups: 12 }),
    convCase([5, 5, 1], { out: 3, kernel: 3, bias: true }),
    depthwise([6, 7, 5], { kernel: 3, bias: true }, { activation: 'relu6' }),
    depthwise([7, 6, 8], { kernel: 3, stride: 2 }, { activation: 'relu' }),
    depthwise([7, 6, 3], { kernel: 3, stride: 2, padding: 'same', bias: true }),
    depthwise([6, 6, 4], { kernel: 3, stride: 2, padding: [0, 1, 1, 0] }),
    depthwise([6, 5, 3], { kernel: 3, multiplier: 2, bias: true }, { activation: 'relu' }),
    depthwise([7, 7, 2], { kernel: 3, multiplier: 3, stride: 2 }),
    depthwise([9, 9, 3], { kernel: 3, dilation: 2, padding: 2 }),
    depthwise([9, 9, 3], { kernel: [5, 3], dilation: [1, 2], padding: [2, 1, 2, 3] }),
    depthwise([1, 1, 3], { kernel: 3 }, { batch: 1 }),
    depthwise([5, 5, 3], { kernel: 1 }),
    ...activationFunctions.flatMap((fn) => [
      convCase([5, 5, 3], { out: 4, kernel: 3, bias: true }, { activation: fn }),
      depthwise([5, 5, 3], { kernel: 3, stride: [1, 2] }, { activation: fn }),
      convCase([4, 4, 4], { out: 6, kernel: 1, groups: 2, bias: true }, { activation: fn }),
    ]),
  ],
  dense: [
    single([6], (nn, x) => nn.dense(x, { units: 4 })),
    single([6], (nn, x) => nn.dense(x, { units: 5, bias: false }), 1),
    single([7], (nn, x) => nn.activation(nn.dense(x, { units: 3 }), 'relu'), 3),
    single([1], (nn, x) => nn.activation(nn.dense(x, { units: 1 }), 'relu6')),
    single([3, 4, 5], (nn, x) => nn.dense(x, { units: 6, pointwise: true })),
    single([3, 1, 2], (nn, x) => nn.dense(x, { units: 3, pointwise: true, bias: false }), 1),
    ...activationFunctions.flatMap((fn) => [
      single([6], (nn, x) => nn.activation(nn.dense(x, { units: 4 }), fn)),
      single([2, 3, 4], (nn, x) => nn.activation(nn.dense(x, { units: 5, pointwise: true }), fn)),
    ]),
  ],
  batchNorm: [
    single([4, 3, 5], (nn, x) => nn.batchNorm(x)),
    single([4, 3, 5], (nn, x) => nn.batchNorm(x, { eps: 1e-3 }), 1),
    single([6], (nn, x) => nn.batchNorm(x), 3),
    ...(['scale', 'shift', undefined] as const).map((role) => single([3, 4, 3], (nn, x) => partialNorm(nn, x, role))),
  ],
  activation: [
    single([3, 4, 5], (nn, x) => nn.activation(x, 'relu')),
    single([3, 4, 5], (nn, x) => nn.activation(x, 'relu6'), 1),
    single([9], (nn, x) => nn.activation(x, 'relu'), 3),
    ...activationFunctions.map((fn) => single([3, 4, 5], (nn, x) => nn.activation(x, fn))),
  ],
  add: [
    single([3, 4, 5], (nn, x) => nn.add(x, nn.activation(x, 'relu'))),
    single([3, 4, 5], (nn, x) => nn.activation(nn.add(x, x), 'relu')),
    single([8], (nn, x) => nn.activation(nn.add(x, x), 'relu6'), 1),
    ...activationFunctions.map((fn) => single([2, 3, 4], (nn, x) => nn.activation(nn.add(x, x), fn))),
  ],
  leakyRelu: [
    single([3, 4, 5], (nn, x) => nn.leakyRelu(x, { slope: 0.1 })),
    single([9], (nn, x) => nn.leakyRelu(x, { slope: 0 }), 1),
  ],
  multiply: [
    single([3, 4, 5], (nn, x) => nn.multiply(x, nn.activation(x, 'sigmoid'))),
    single([3, 4, 5], (nn, x) => nn.multiply(x, nn.globalAvgPool(x)), 3),
    single([3, 4, 5], (nn, x) => nn.multiply(x, nn.adaptiveAvgPool(x, { size: 1 }))),
    single([6], (nn, x) => nn.multiply(x, x)),
    single([1, 1, 4], (nn, x) => nn.multiply(nn.globalAvgPool(x), x)),
    single([1, 1, 4], (nn, x) => nn.multiply(x, nn.globalAvgPool(x))),
  ],
  concat: [
    single([3, 4, 5], (nn, x) => nn.concat([x, nn.sliceChannels(x, { start: 1, size: 2 }), x])),
    single([3, 4, 1], (nn, x) => nn.concat([x, nn.activation(x, 'relu')]), 1),
    single([7], (nn, x) => nn.concat([x, nn.sliceChannels(x, { start: 0, size: 1 })]), 3),
    single([3, 4, 5], (nn, x) => nn.concat([x])),
  ],
  layerNorm: [
    single([4, 3, 5], (nn, x) => nn.layerNorm(x)),
    single([4, 3, 5], (nn, x) => nn.layerNorm(x, { eps: 1e-2 }), 1),
    single([6], (nn, x) => nn.layerNorm(x), 3),
    single([2, 2, 1], (nn, x) => nn.layerNorm(x)),
    single([2, 3, 4], (nn, x) =>
      nn.node('layerNorm', { path: 'plain', attributes: { eps: 1e-5 }, inputs: [x], params: [] }),
    ),
  ],
  layerScale: [
    single([4, 3, 5], (nn, x) => nn.layerScale(x, { parameter: 'gamma' })),
    single([6], (nn, x) => nn.layerScale(x, { parameter: 'gamma' }), 1),
  ],
  rescale: [
    single([4, 3, 3], (nn, x) => nn.rescale(x, { scale: [1 / 127.5], offset: [-1] })),
    single([4, 3, 3], (nn, x) => nn.rescale(x, { scale: [2, 3, 0.5], offset: [0, 1, -4] }), 1),
    single([5], (nn, x) => nn.rescale(x, { scale: [-1], offset: [1, 2, 3, 4, 5] })),
  ],
  sliceChannels: [
    single([3, 4, 6], (nn, x) => nn.sliceChannels(x, { start: 0, size: 3 })),
    single([3, 4, 6], (nn, x) => nn.sliceChannels(x, { start: 5, size: 1 }), 1),
    single([6], (nn, x) => nn.sliceChannels(x, { start: 2, size: 3 })),
    single([2, 2, 3], (nn, x) => nn.sliceChannels(x, { start: 0, size: 3 })),
  ],
  channelShuffle: [
    single([3, 4, 6], (nn, x) => nn.channelShuffle(x, { groups: 2 })),
    single([3, 4, 6], (nn, x) => nn.channelShuffle(x, { groups: 3 }), 1),
    single([2, 2, 4], (nn, x) => nn.channelShuffle(x, { groups: 1 })),
    single([2, 2, 4], (nn, x) => nn.channelShuffle(x, { groups: 4 })),
  ],
  maxPool: pools.map(([input, options]) => maxPool(input, options)),
  avgPool: pools.flatMap(([input, options]) => [
    avgPool(input, { ...options, countIncludePad: true }),
    avgPool(input, { ...options, countIncludePad: false }, 1),
  ]),
  globalAvgPool: [
    single([7, 5, 6], (nn, x) => nn.globalAvgPool(x)),
    single([1, 1, 5], (nn, x) => nn.globalAvgPool(x), 1),
  ],
  adaptiveAvgPool: (
    [
      [[7, 7, 3], 7],
      [[3, 4, 5], 7],
      [[2, 3, 2], 6],
      [
        [9, 11, 2],
        [7, 7],
      ],
      [
        [8, 6, 3],
        [4, 3],
      ],
      [[5, 5, 4], 1],
      [
        [13, 5, 2],
        [1, 5],
      ],
    ] as const
  ).map(([input, size]) => single(input, (nn, x) => nn.adaptiveAvgPool(x, { size }))),
  zeroPad: [
    single([3, 4, 2], (nn, x) => nn.zeroPad(x, { spatial: [1, 2, 3, 0] })),
    single([3, 4, 2], (nn, x) => nn.zeroPad(x, { channels: [1, 2] }), 1),
    single([3, 4, 2], (nn, x) => nn.zeroPad(x, { spatial: [0, 1, 0, 1], channels: [0, 3] })),
    single([3, 4, 2], (nn, x) => nn.zeroPad(x, {})),
  ],
  flatten: [single([3, 4, 2], (nn, x) => nn.flatten(x), 3), single([5], (nn, x) => nn.flatten(x))],
  dropout: [single([3, 4, 2], (nn, x) => nn.dropout(x, { rate: 0.5 }))],
  custom: [
    single([3, 4, 2], (nn, x) =>
      nn.custom(blend, [x, nn.activation(x, 'relu')], {
        values: { rate: 0.25 },
        params: [{ path: 'weight', role: 'scale', shape: [2] }],
      }),
    ),
  ],
};

/** A norm that has only one of scale and shift, or neither: the builder makes complete ones. */
function partialNorm(nn: Builder, x: Value, role: 'scale' | 'shift' | undefined): Value {
  const shape = [x.shape.at(-1)!];
  return nn.node('batchNorm', {
    path: 'bn',
    attributes: { eps: 1e-5, momentum: 0.1 },
    inputs: [x],
    params: [
      ...(role === undefined ? [] : [{ path: `bn.${role}`, role, shape }]),
      { path: 'bn.mean', role: 'mean', shape },
      { path: 'bn.variance', role: 'variance', shape },
    ],
  });
}

/** `x=[2,5,7,3] f=[3,3,3,4] strides=1,1 padding=1,1,1,1 bias relu`: a case as a specification. */
export function titleOf(example: Case): string {
  const node = opOf(example);
  const attributes = Object.entries(node.attributes)
    .filter(([name, value]) => typeof value !== 'object' || Array.isArray(value) || name === 'values')
    .map(
      ([name, value]) =>
        `${name}=${typeof value === 'object' && !Array.isArray(value) ? JSON.stringify(value) : value}`,
    );
  const params = node.params.map(({ role, shape }) => `${role}=${formatShape(shape)}`);
  const input = nodeAt(example.graph, node.inputs[0] ?? node.id);
  return [`x=${formatShape([example.batch, ...input.shape])}`, ...params, ...attributes].join(' ');
}
