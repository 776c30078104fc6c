import { activationFunctions, GraphError, type OpName, type Padding, type Pair, type Shape } from '@convzoo/layers';
import * as fc from 'fast-check';
import { type Case, cases, convCase, single } from './cases.js';

const pair = (min: number, max: number): fc.Arbitrary<Pair> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min, max }).map((n): Pair => [n, n]) },
    { weight: 1, arbitrary: fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })) },
  );

const map = (maxChannels = 9): fc.Arbitrary<Shape> =>
  fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: maxChannels }));
const shape = fc.oneof(map(), fc.tuple(fc.integer({ min: 1, max: 20 })));
const batch = fc.integer({ min: 1, max: 3 });
const activation = fc.constantFrom(undefined, ...activationFunctions);

const side = (max: number) => fc.integer({ min: 0, max });
const sides = (max: number): fc.Arbitrary<Padding> =>
  fc.oneof(
    fc.constant('same' as const),
    fc.constant([0, 0, 0, 0] as const),
    side(max).map((n) => [n, n, n, n] as const),
    fc.tuple(side(max), side(max), side(max), side(max)),
  );

/** What the generator makes must be a network: windows that do not fit into their map are none. */
const valid = <T>(inputs: fc.Arbitrary<T>, build: (value: T) => Case): fc.Arbitrary<Case> =>
  inputs
    .map((value) => {
      try {
        return build(value);
      } catch (error) {
        if (error instanceof GraphError) return undefined;
        throw error;
      }
    })
    .filter((example) => example !== undefined);

const convolutions = valid(
  fc.record({
    map: map(4),
    batch,
    activation,
    kernel: pair(1, 5),
    stride: pair(1, 4),
    padding: sides(3),
    dilation: fc.oneof({ weight: 2, arbitrary: fc.constant<Pair>([1, 1]) }, { weight: 1, arbitrary: pair(1, 3) }),
    groups: fc.constantFrom(1, 1, 1, 2, 3, 'depthwise' as const, 'depthwise' as const),
    outs: fc.integer({ min: 1, max: 4 }),
    bias: fc.boolean(),
  }),
  ({ map: [height = 1, width = 1, channels = 1], batch, activation, groups: kind, outs, ...options }) => {
    const groups = kind === 'depthwise' ? channels : kind;
    const inputs = kind === 'depthwise' ? channels : channels * groups;
    const fused = { batch, ...(activation !== undefined && { activation }) };
    return convCase([height, width, inputs], { ...options, groups, out: outs * groups }, fused);
  },
);

/** A pool's padding is smaller than its window: otherwise a window may see nothing. */
const pools = fc
  .record({
    map: map(),
    batch,
    size: pair(1, 4),
    stride: pair(1, 4),
    ceilMode: fc.boolean(),
    countIncludePad: fc.boolean(),
  })
  .chain((options) => {
    const [rows, columns] = options.size;
    const within = fc.tuple(side(rows - 1), side(columns - 1), side(rows - 1), side(columns - 1));
    const padding = fc.oneof(fc.constant('same' as const), fc.constant([0, 0, 0, 0] as const), within);
    return padding.map((chosen) => ({ ...options, padding: chosen }));
  });

const maxPools = valid(pools, ({ map, batch, countIncludePad: _, ...options }) =>
  single(map, (nn, x) => nn.maxPool(x, options), batch),
);
const avgPools = valid(pools, ({ map, batch, ...options }) => single(map, (nn, x) => nn.avgPool(x, options), batch));

/** Networks of one op of each kind. */
export const arbitraries: { readonly [K in OpName]: fc.Arbitrary<Case> } = {
  input: fc.tuple(shape, batch).map(([x, n]) => single(x, (_, value) => value, n)),
  conv2d: convolutions,
  dense: fc
    .record({
      features: shape,
      units: fc.integer({ min: 1, max: 20 }),
      bias: fc.boolean(),
      batch,
      activation,
    })
    .map(({ features, units, bias, batch, activation }) =>
      single(
        features,
        (nn, x) => {
          const y = nn.dense(x, { units, bias, pointwise: true });
          return activation === undefined ? y : nn.activation(y, activation);
        },
        batch,
      ),
    ),
  batchNorm: fc
    .tuple(shape, batch, fc.constantFrom(1e-5, 1e-3))
    .map(([x, n, eps]) => single(x, (nn, value) => nn.batchNorm(value, { eps }), n)),
  activation: fc
    .tuple(shape, batch, fc.constantFrom(...activationFunctions))
    .map(([x, n, fn]) => single(x, (nn, value) => nn.activation(value, fn), n)),
  add: fc.tuple(shape, batch, activation).map(([x, n, fn]) =>
    single(
      x,
      (nn, value) => {
        const y = nn.add(value, nn.dropout(value, { rate: 0.5 }));
        return fn === undefined ? y : nn.activation(y, fn);
      },
      n,
    ),
  ),
  leakyRelu: fc
    .tuple(shape, batch, fc.constantFrom(0, 0.01, 0.1, 0.9))
    .map(([x, n, slope]) => single(x, (nn, value) => nn.leakyRelu(value, { slope }), n)),
  multiply: fc.oneof(
    fc
      .tuple(shape, batch)
      .map(([x, n]) => single(x, (nn, value) => nn.multiply(value, nn.dropout(value, { rate: 0.5 })), n)),
    fc.tuple(map(), batch).map(([x, n]) => single(x, (nn, value) => nn.multiply(value, nn.globalAvgPool(value)), n)),
    fc
      .tuple(map(), batch)
      .map(([x, n]) => single(x, (nn, value) => nn.multiply(value, nn.adaptiveAvgPool(value, { size: 1 })), n)),
  ),
  concat: fc
    .tuple(shape, batch, fc.array(fc.nat(19), { maxLength: 4 }))
    .map(([x, n, sizes]) =>
      single(
        x,
        (nn, value) =>
          nn.concat([
            value,
            ...sizes.map((size) => nn.sliceChannels(value, { start: 0, size: (size % x.at(-1)!) + 1 })),
          ]),
        n,
      ),
    ),
  // With a tiny eps a pixel of nearly equal channels would show the rounding of its mean, a hundred times enlarged.
  layerNorm: fc
    .tuple(shape, batch, fc.constantFrom(0.1, 1))
    .map(([x, n, eps]) => single(x, (nn, value) => nn.layerNorm(value, { eps }), n)),
  layerScale: fc
    .tuple(shape, batch)
    .map(([x, n]) => single(x, (nn, value) => nn.layerScale(value, { parameter: 'gamma' }), n)),
  rescale: fc
    .tuple(shape, batch, fc.boolean(), fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 20, maxLength: 20 }))
    .map(([x, n, each, values]) => {
      const scale = values.slice(0, each ? x.at(-1) : 1);
      return single(x, (nn, value) => nn.rescale(value, { scale, offset: values.slice(3, 4) }), n);
    }),
  sliceChannels: fc.tuple(shape, batch, fc.nat(19), fc.nat(19)).map(([x, n, from, count]) => {
    const start = from % x.at(-1)!;
    const size = (count % (x.at(-1)! - start)) + 1;
    return single(x, (nn, value) => nn.sliceChannels(value, { start, size }), n);
  }),
  channelShuffle: fc
    .tuple(map(4), batch, fc.integer({ min: 1, max: 4 }))
    .map(([[height = 1, width = 1, perGroup = 1], n, groups]) =>
      single([height, width, perGroup * groups], (nn, value) => nn.channelShuffle(value, { groups }), n),
    ),
  maxPool: maxPools,
  avgPool: avgPools,
  globalAvgPool: fc.tuple(map(), batch).map(([x, n]) => single(x, (nn, value) => nn.globalAvgPool(value), n)),
  adaptiveAvgPool: fc
    .tuple(map(), batch, pair(1, 8))
    .map(([x, n, size]) => single(x, (nn, value) => nn.adaptiveAvgPool(value, { size }), n)),
  zeroPad: fc
    .tuple(map(), batch, fc.tuple(side(3), side(3), side(3), side(3)), fc.tuple(side(3), side(3)))
    .map(([x, n, spatial, channels]) => single(x, (nn, value) => nn.zeroPad(value, { spatial, channels }), n)),
  flatten: fc.tuple(shape, batch).map(([x, n]) => single(x, (nn, value) => nn.flatten(value), n)),
  dropout: fc.tuple(shape, batch).map(([x, n]) => single(x, (nn, value) => nn.dropout(value, { rate: 0.3 }), n)),
  custom: fc.constantFrom(...cases.custom),
};
