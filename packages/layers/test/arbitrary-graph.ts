import * as fc from 'fast-check';
import {
  activationFunctions,
  Builder,
  channelsOf,
  type Graph,
  GraphError,
  type PaddingLike,
  residual,
  type Value,
} from '../src/index.js';

/** One step of a random network; what does not fit where it lands is left out. */
interface Step {
  readonly op:
    | 'conv'
    | 'depthwise'
    | 'norm'
    | 'activation'
    | 'max'
    | 'avg'
    | 'pad'
    | 'dropout'
    | 'residual'
    | 'excite'
    | 'join'
    | 'shuffle'
    | 'next'
    | 'scale'
    | 'tap'
    | 'dead';
  readonly size: number;
  readonly stride: number;
  readonly channels: number;
  readonly padding: PaddingLike;
  readonly flag: boolean;
}

const padding: fc.Arbitrary<PaddingLike> = fc.oneof(
  fc.constantFrom('same' as const, 'valid' as const),
  fc.integer({ min: 0, max: 2 }),
  fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
);

const step: fc.Arbitrary<Step> = fc.record({
  op: fc.constantFrom(
    'conv',
    'depthwise',
    'norm',
    'activation',
    'max',
    'avg',
    'pad',
    'dropout',
    'residual',
    'excite',
    'join',
    'shuffle',
    'next',
    'scale',
    'tap',
    'dead',
  ),
  size: fc.integer({ min: 1, max: 4 }),
  stride: fc.integer({ min: 1, max: 3 }),
  channels: fc.integer({ min: 1, max: 6 }),
  padding,
  flag: fc.boolean(),
});

function build(nn: Builder, x: Value, s: Step): Value {
  const window = { size: s.size, stride: s.stride, padding: s.padding, ceilMode: s.flag };
  switch (s.op) {
    case 'conv': {
      const groups = s.flag && channelsOf(x.shape) % 2 === 0 ? 2 : 1;
      return nn.conv2d(x, { ...s, out: s.channels * groups, kernel: [s.size, s.stride], groups, bias: s.flag });
    }
    case 'depthwise':
      return nn.depthwiseConv2d(x, {
        kernel: s.size,
        stride: s.stride,
        padding: s.padding,
        multiplier: s.flag ? 2 : 1,
      });
    case 'norm':
      return nn.batchNorm(x, { eps: s.flag ? 1e-3 : 1e-5 });
    case 'activation':
      return nn.activation(x, activationFunctions[s.size + (s.flag ? 0 : 3)] ?? 'relu');
    case 'max':
      return nn.maxPool(x, window);
    case 'avg':
      return nn.avgPool(x, window);
    case 'pad':
      return nn.zeroPad(x, { spatial: [s.size, 0, s.stride, 1], channels: [s.channels, 1] });
    case 'dropout':
      return nn.dropout(x, { rate: 0.25 });
    case 'residual':
      return residual(nn, x, {
        branch: (y) => nn.batchNorm(nn.conv2d(y, { out: channelsOf(y.shape), kernel: 3 })),
        ...(s.flag && { activation: 'relu' }),
      });
    case 'excite': {
      const squeezed = s.flag ? nn.globalAvgPool(x) : nn.adaptiveAvgPool(x, { size: 1 });
      return nn.multiply(
        x,
        nn.activation(nn.dense(squeezed, { units: channelsOf(x.shape), pointwise: true }), 'sigmoid'),
      );
    }
    case 'join':
      return nn.concat([x, nn.conv2d(x, { out: s.channels, kernel: 3 }), ...(s.flag ? [x] : [])]);
    case 'shuffle':
      return nn.channelShuffle(nn.sliceChannels(x, { start: s.flag ? 1 : 0, size: s.size }), { groups: s.stride });
    case 'next': {
      const y = nn.dense(nn.layerNorm(x, { eps: 1e-6 }), { units: channelsOf(x.shape), pointwise: true, bias: s.flag });
      return nn.add(nn.layerScale(y, { parameter: `gamma${x.id}` }), x);
    }
    case 'scale':
      return nn.leakyRelu(nn.rescale(x, { scale: [s.size / 7], offset: [-s.stride] }), { slope: s.size / 10 });
    case 'tap':
      return nn.tap(`tap${x.id}`, x);
    case 'dead':
      nn.activation(x, 'relu', { name: 'unused' });
      return x;
  }
}

export interface RandomNetwork {
  readonly height: number;
  readonly width: number;
  readonly inputs: number;
  readonly steps: readonly Step[];
  /** Whether the map is flattened or averaged before the classifier. */
  readonly flat: boolean;
}

export const randomNetwork: fc.Arbitrary<RandomNetwork> = fc.record({
  height: fc.integer({ min: 1, max: 20 }),
  width: fc.integer({ min: 1, max: 20 }),
  inputs: fc.integer({ min: 1, max: 4 }),
  steps: fc.array(step, { maxLength: 14 }),
  flat: fc.boolean(),
});

export function buildRandom({ height, width, inputs, steps, flat }: RandomNetwork): Graph {
  const nn = new Builder('random');
  let x = nn.input([height, width, inputs]);
  nn.scope('body', () => {
    for (const s of steps) {
      try {
        x = build(nn, x, s);
      } catch (error) {
        if (!(error instanceof GraphError && error.code === 'bad-shape')) throw error;
      }
    }
  });
  x = flat ? nn.flatten(x) : nn.globalAvgPool(x);
  return nn.graph(nn.dense(x, { name: 'head', units: 3 }));
}

export const randomGraph: fc.Arbitrary<Graph> = randomNetwork.map(buildRandom);
