import {
  activationFunctions,
  Builder,
  defineOp,
  dropoutUnits,
  type ExplicitPadding,
  type FusedActivation,
  float32Tensor,
  fuseActivation,
  type Graph,
  type Node,
  nodeAt,
  type OpName,
  type PaddingLike,
  type Shape,
  type Value,
} from '@convzoo/layers';
import * as fc from 'fast-check';
import type { Array64 } from '../reference/array.js';
import { distinctArray, openArray, randomArray, seeds } from './random.js';

/** One node with values for everything that it reads, and the gradient of its result. */
export interface OpCase {
  readonly graph: Graph;
  readonly node: Node;
  readonly inputs: readonly Array64[];
  readonly params: readonly Array64[];
  readonly dy: Array64;
}

interface Frame {
  readonly batch: number;
  readonly seed: number;
}

/** The last node that `build` makes over inputs of these shapes, activations fused into what comes before them. */
function opCase(
  { batch, seed }: Frame,
  shapes: readonly Shape[],
  build: (nn: Builder, first: Value, second: Value) => Value,
  fill: typeof randomArray = randomArray,
): OpCase {
  const nn = new Builder('one');
  const [first, second] = shapes.map((shape, i) => nn.input(shape, `input${i}`));
  const graph = fuseActivation(nn.graph(build(nn, first as Value, (second ?? first) as Value)));
  const node = nodeAt(graph, graph.output) as Node;
  return {
    graph,
    node,
    inputs: shapes.map((shape, i) => fill([batch, ...shape], seed + i)),
    params: node.params.map(({ shape, role }, i) => {
      const values = randomArray(shape, seed + 10 + i);
      return role === 'variance' ? { ...values, data: values.data.map((v) => Math.fround(v * v + 0.5)) } : values;
    }),
    dy: randomArray([batch, ...node.shape], seed + 20),
  };
}

const frame = fc.record({ batch: fc.integer({ min: 1, max: 3 }), seed: seeds });
const side = fc.integer({ min: 5, max: 8 });
const channels = fc.integer({ min: 1, max: 4 });
const maps = fc.tuple(side, side, channels);
const shapes = fc.oneof(maps, fc.tuple(channels));
const pairs = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 }));
const activations = fc.constantFrom<FusedActivation>('linear', ...activationFunctions);

function finish(nn: Builder, x: Value, activation: FusedActivation): Value {
  return activation === 'linear' ? x : nn.activation(x, activation);
}

const paddings: fc.Arbitrary<PaddingLike> = fc.oneof(
  fc.constantFrom('same' as const, 'valid' as const),
  fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
);

const conv2d = fc
  .record({
    frame,
    map: fc.tuple(side, side),
    groups: fc.integer({ min: 1, max: 3 }),
    perGroup: fc.integer({ min: 1, max: 3 }),
    outputs: fc.integer({ min: 1, max: 3 }),
    kernel: pairs,
    stride: pairs,
    dilation: fc.tuple(fc.integer({ min: 1, max: 2 }), fc.integer({ min: 1, max: 2 })),
    padding: paddings,
    bias: fc.boolean(),
    activation: activations,
  })
  // TensorFlow and tfjs have no convolution that both strides and dilates.
  .map((c) => (c.stride.some((s) => s > 1) ? { ...c, dilation: [1, 1] as const } : c))
  .map(({ map, groups, perGroup, outputs, activation, ...c }) =>
    opCase(c.frame, [[...map, groups * perGroup]], (nn, x) =>
      finish(nn, nn.conv2d(x, { ...c, groups, out: groups * outputs }), activation),
    ),
  );

const dense = fc
  .record({
    frame,
    features: fc.oneof(fc.tuple(fc.integer({ min: 1, max: 9 })), maps),
    units: channels,
    bias: fc.boolean(),
    activation: activations,
  })
  .map(({ features, activation, ...c }) =>
    opCase(c.frame, [features], (nn, x) => finish(nn, nn.dense(x, { ...c, pointwise: true }), activation)),
  );

const batchNorm = fc
  .record({ frame, shape: shapes, eps: fc.constantFrom(1e-5, 1e-3), momentum: fc.constantFrom(0.1, 0.01, 0.5) })
  // Of one or two values the variance says little; statistics of a batch want some.
  .map(({ shape, ...c }) => opCase({ ...c.frame, batch: c.frame.batch + 3 }, [shape], (nn, x) => nn.batchNorm(x, c)));

const activation = fc
  .record({ frame, shape: shapes, fn: fc.constantFrom(...activationFunctions) })
  .map(({ frame: f, shape, fn }) => opCase(f, [shape], (nn, x) => nn.activation(x, fn), openArray));

const add = fc
  .record({ frame, shape: shapes, activation: activations })
  .map(({ frame: f, shape, activation: fn }) => opCase(f, [shape, shape], (nn, x, y) => finish(nn, nn.add(x, y), fn)));

const multiply = fc
  .record({ frame, shape: shapes, factor: fc.constantFrom('map', 'vector', 'pixel') })
  .map(({ frame: f, shape, factor }) => {
    const count = shape.at(-1) as number;
    const second: Shape =
      factor === 'map' ? shape : factor === 'vector' || shape.length === 1 ? [count] : [1, 1, count];
    return opCase(f, [shape, second], (nn, x, y) => nn.multiply(x, y));
  });

const concat = fc
  .record({ frame, map: maps, others: channels, vector: fc.boolean() })
  .map(({ frame: f, map: [height, width, count], others, vector }) => {
    const pixels = vector ? [] : [height, width];
    return opCase(
      f,
      [
        [...pixels, count],
        [...pixels, others],
      ],
      (nn, x, y) => nn.concat([x, y]),
    );
  });

const constants = (count: number) =>
  fc.array(fc.constantFrom(-2, 0.5, 1 / 127.5, 3), { minLength: count, maxLength: count });

/** No window lies in padding alone, as torch demands. */
const pools = fc
  .record({
    frame,
    shape: maps,
    size: pairs,
    stride: pairs,
    ceilMode: fc.boolean(),
    same: fc.boolean(),
    pad: fc.nat(15),
  })
  .map(({ pad, same, ...c }) => {
    const sides = [0, 1, 0, 1].map((axis, i) => (pad & (1 << i) ? (c.size[axis] as number) >> 1 : 0));
    const padding: PaddingLike = same ? 'same' : (sides as unknown as ExplicitPadding);
    return { ...c, padding };
  });

const maxPool = pools.map(({ shape, ...c }) => opCase(c.frame, [shape], (nn, x) => nn.maxPool(x, c), distinctArray));

const avgPool = fc
  .tuple(pools, fc.boolean())
  .map(([{ shape, ...c }, countIncludePad]) =>
    opCase(c.frame, [shape], (nn, x) => nn.avgPool(x, { ...c, countIncludePad })),
  );

/** `a * x * sigmoid(y)`, with a factor a channel. Written with `map`, so that it runs in float32 and in float64. */
export const gate = defineOp({
  name: 'gate',
  shape: ({ inputs }) => inputs[0] as Shape,
  macs: () => 0,
  compute([x, y], [a]) {
    if (x === undefined || y === undefined || a === undefined) throw new RangeError('gate takes x, y and a');
    const width = a.data.length;
    const value = (v: number, i: number): number =>
      (v * (a.data[i % width] as number)) / (1 + Math.exp(-(y.data[i] as number)));
    return float32Tensor(x.shape, x.data.map(value));
  },
  gradient(dy, [x, y], [a]) {
    if (x === undefined || y === undefined || a === undefined) throw new RangeError('gate takes x, y and a');
    const width = a.data.length;
    const open = (i: number): number => 1 / (1 + Math.exp(-(y.data[i] as number)));
    const slope = (i: number): number => (dy.data[i] as number) * (a.data[i % width] as number);
    const da = new Float64Array(width);
    x.data.forEach((v, i) => {
      da[i % width] = (da[i % width] as number) + (dy.data[i] as number) * v * open(i);
    });
    return {
      inputs: [
        float32Tensor(
          x.shape,
          x.data.map((_, i) => slope(i) * open(i)),
        ),
        float32Tensor(
          y.shape,
          y.data.map((_, i) => slope(i) * (x.data[i] as number) * open(i) * (1 - open(i))),
        ),
      ],
      params: [
        float32Tensor(
          a.shape,
          a.data.map((_, c) => da[c] as number),
        ),
      ],
    };
  },
});

const custom = fc
  .record({ frame, shape: shapes })
  .map(({ frame: f, shape }) =>
    opCase(f, [shape, shape], (nn, x, y) =>
      nn.custom(gate, [x, y], { params: [{ path: 'a', role: 'scale', shape: [shape.at(-1) as number] }] }),
    ),
  );

/** Random cases of every op kind: a new op does not compile until it has some. */
export const opCases: { readonly [K in OpName]: fc.Arbitrary<OpCase> } = {
  input: fc.record({ frame, shape: shapes }).map(({ frame: f, shape }) => opCase(f, [shape], (_, x) => x)),
  conv2d,
  dense,
  batchNorm,
  activation,
  add,
  // Values at least 1/8 away from the kink.
  leakyRelu: fc
    .record({ frame, shape: shapes, slope: fc.constantFrom(0, 0.1, 0.25) })
    .map(({ shape, ...c }) => opCase(c.frame, [shape], (nn, x) => nn.leakyRelu(x, c), openArray)),
  multiply,
  concat,
  // With a tiny eps a pixel of nearly equal channels would show the rounding of its mean, a hundred times enlarged.
  layerNorm: fc
    .record({ frame, shape: shapes, eps: fc.constantFrom(0.1, 1) })
    .map(({ shape, ...c }) => opCase(c.frame, [shape], (nn, x) => nn.layerNorm(x, c))),
  layerScale: fc
    .record({ frame, shape: shapes })
    .map((c) => opCase(c.frame, [c.shape], (nn, x) => nn.layerScale(x, { parameter: 'gamma' }))),
  rescale: fc
    .record({ frame, shape: shapes })
    .chain((c) => fc.record({ c: fc.constant(c), scale: constants(c.shape.at(-1) as number), offset: constants(1) }))
    .map(({ c, ...values }) => opCase(c.frame, [c.shape], (nn, x) => nn.rescale(x, values))),
  sliceChannels: fc.record({ frame, shape: shapes, start: fc.nat(3), size: fc.nat(3) }).map(({ shape, ...c }) => {
    const count = shape.at(-1) as number;
    const start = c.start % count;
    return opCase(c.frame, [shape], (nn, x) => nn.sliceChannels(x, { start, size: (c.size % (count - start)) + 1 }));
  }),
  channelShuffle: fc
    .record({ frame, map: maps, groups: fc.integer({ min: 1, max: 4 }) })
    .map(({ frame: f, map: [height, width, perGroup], groups }) =>
      opCase(f, [[height, width, perGroup * groups]], (nn, x) => nn.channelShuffle(x, { groups })),
    ),
  maxPool,
  avgPool,
  globalAvgPool: fc.record({ frame, map: maps }).map((c) => opCase(c.frame, [c.map], (nn, x) => nn.globalAvgPool(x))),
  adaptiveAvgPool: fc
    .record({ frame, map: maps, size: fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 9 })) })
    .map(({ map, ...c }) => opCase(c.frame, [map], (nn, x) => nn.adaptiveAvgPool(x, c))),
  zeroPad: fc
    .record({
      frame,
      map: maps,
      spatial: fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2), fc.nat(2)),
      channels: fc.tuple(fc.nat(3), fc.nat(3)),
    })
    .map(({ map, ...c }) => opCase(c.frame, [map], (nn, x) => nn.zeroPad(x, c))),
  flatten: fc.record({ frame, map: maps }).map((c) => opCase(c.frame, [c.map], (nn, x) => nn.flatten(x))),
  dropout: fc
    .record({ frame, shape: shapes, rate: fc.constantFrom(0, 0.2, 0.5), per: fc.constantFrom(...dropoutUnits) })
    .map(({ shape, ...c }) => opCase(c.frame, [shape], (nn, x) => nn.dropout(x, c))),
  custom,
};
