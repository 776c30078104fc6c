import { Builder, fuseActivation, type Graph, GraphError, type Padding, type Pair, type Value } from '@convzoo/layers';
import * as fc from 'fast-check';
import type { Case } from '../../../backend-tfjs/test/support/cases.js';
import type { Method } from '../../src/plan/method.js';

const pair = (min: number, max: number): fc.Arbitrary<Pair> =>
  fc.oneof(
    { weight: 2, arbitrary: fc.integer({ min, max }).map((n): Pair => [n, n]) },
    { weight: 1, arbitrary: fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })) },
  );
const side = fc.integer({ min: 0, max: 3 });
const padding: fc.Arbitrary<Padding> = fc.oneof(
  fc.constant('same' as const),
  fc.constant([0, 0, 0, 0] as const),
  fc.tuple(side, side, side, side),
);
/** None, one and more than whole vectors and panels. */
const channels = fc.constantFrom(1, 2, 3, 4, 5, 7, 8, 9, 12, 15, 16, 17, 20, 23, 24, 25, 31, 32, 33, 40);

/** Multiplications that the reference may take: it does some ten million a second. */
const BUDGET = 600_000;

interface Convolution {
  readonly map: readonly [height: number, width: number];
  readonly batch: number;
  readonly inputs: number;
  readonly outs: number;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly dilation: Pair;
  readonly padding: Padding;
  readonly groups: 'none' | 'depthwise' | 'multiplier' | 2 | 3 | 4;
  readonly bias: boolean;
  readonly activation: 'relu' | 'relu6' | 'hardSwish' | undefined;
  readonly residual: boolean;
}

/** A convolution over a larger map than those of backend-tfjs, alone or with the sum of a residual block behind it. */
function build(given: Convolution): Case | undefined {
  const { map, kernel, outs, bias, stride, dilation, padding, activation, residual } = given;
  const depthwise = given.groups === 'depthwise' || given.groups === 'multiplier';
  const groups = depthwise ? given.inputs : given.groups === 'none' ? 1 : Number(given.groups);
  const inputs = depthwise ? given.inputs : Math.ceil(given.inputs / groups) * groups;
  const out = given.groups === 'depthwise' ? inputs : depthwise ? 2 * inputs : Math.ceil(outs / groups) * groups;
  let [[height, width], { batch }] = [map, given];
  const work = (): number =>
    (batch * height * width * kernel[0] * kernel[1] * inputs * out) / groups / stride[0] / stride[1];
  while (work() > BUDGET && batch > 1) batch--;
  while (work() > BUDGET && (height > 1 || width > 1)) {
    height = Math.ceil(height * 0.8 - 0.5);
    width = Math.ceil(width * 0.8 - 0.5);
  }
  try {
    const nn = new Builder('large');
    const x = nn.input([height, width, inputs]);
    const options = { out, kernel, stride, dilation, padding, groups, bias };
    const y = nn.conv2d(x, { ...options, name: 'a' });
    const sum = residual ? nn.add(y, nn.conv2d(x, { ...options, name: 'b' })) : y;
    return { graph: fuseActivation(nn.graph(activation === undefined ? sum : nn.activation(sum, activation))), batch };
  } catch (error) {
    if (error instanceof GraphError) return undefined;
    throw error;
  }
}

const some = {
  map: fc.oneof(
    { weight: 8, arbitrary: fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: 40 })) },
    { weight: 1, arbitrary: fc.constant([1, 1] as const) },
  ),
  batch: fc.integer({ min: 1, max: 9 }),
  inputs: channels,
  outs: channels,
  bias: fc.boolean(),
  padding,
  activation: fc.constantFrom(undefined, 'relu' as const, 'relu6' as const, 'hardSwish' as const),
  residual: fc.boolean(),
};
const one = fc.constant<Pair>([1, 1]);
const cases = (record: fc.Arbitrary<Convolution>): fc.Arbitrary<Case> =>
  record.map(build).filter((example) => example !== undefined);

/** Weights in whole panels, and halves of them: what products of halves need. */
const evenChannels = fc.constantFrom(16, 32, 48);
const dense3x3 = {
  inputs: fc.constantFrom(1, 3, 8, 16, 17, 20, 24, 31, 32),
  kernel: fc.constant<Pair>([3, 3]),
  dilation: one,
  groups: fc.constant('none' as const),
};

/** For each method that serves certain sizes only, convolutions of any size that it can compute. */
export const convolutionsOf: Readonly<Partial<Record<Method, fc.Arbitrary<Case>>>> = {
  strassen: cases(
    fc.record({
      ...some,
      map: fc.tuple(
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 20 }).map((half) => 2 * half),
      ),
      inputs: evenChannels,
      outs: evenChannels,
      kernel: one,
      stride: one,
      dilation: one,
      padding: fc.constant<Padding>([0, 0, 0, 0]),
      groups: fc.constant('none' as const),
    }),
  ),
  winograd2: cases(fc.record({ ...some, ...dense3x3, stride: one })),
  winograd4: cases(fc.record({ ...some, ...dense3x3, stride: one })),
  winograd4Late: cases(fc.record({ ...some, ...dense3x3, stride: one })),
  winogradStrided: cases(fc.record({ ...some, ...dense3x3, stride: fc.constant<Pair>([2, 2]) })),
  stem: cases(
    fc.record({
      ...some,
      kernel: fc.integer({ min: 2, max: 7 }).map((width): Pair => [7, width]),
      stride: fc.integer({ min: 1, max: 3 }).map((across): Pair => [2, across]),
      dilation: one,
      groups: fc.constant('none' as const),
    }),
  ),
  rows: cases(
    fc.record({ ...some, kernel: pair(2, 7), stride: pair(1, 3), dilation: one, groups: fc.constant('none' as const) }),
  ),
};

/** So large that what they are cut into is more than one: strips, blocks of tiles, chunks of channels. */
export const inPieces: Readonly<Partial<Record<Method, Case>>> = {
  strassen: pieces([28, 28, 128], { out: 64, kernel: 1 }, 2),
  winograd4: pieces([57, 61, 64], { out: 16, kernel: 3, padding: 'same' }, 2),
  winograd4Late: pieces([28, 27, 152], { out: 8, kernel: 3, padding: 'same' }, 2),
  winogradStrided: pieces([57, 61, 96], { out: 16, kernel: 3, padding: 'same', stride: 2 }, 3),
};

function pieces(
  map: readonly [number, number, number],
  options: { readonly out: number; readonly kernel: number; readonly padding?: 'same'; readonly stride?: number },
  batch: number,
): Case {
  const nn = new Builder('pieces');
  const x = nn.input(map);
  const [a, b] = [nn.conv2d(x, { ...options, name: 'a', bias: true }), nn.conv2d(x, { ...options, name: 'b' })];
  return { graph: fuseActivation(nn.graph(nn.activation(nn.add(a, b), 'relu'))), batch };
}

/** Convolutions by the method that computes them. */
export const convolutions = {
  'any window': cases(
    fc.record({
      ...some,
      kernel: pair(1, 7),
      stride: pair(1, 3),
      dilation: fc.oneof(one, pair(1, 3)),
      groups: fc.constantFrom('none' as const, 'none' as const, 2 as const, 3 as const, 4 as const),
    }),
  ),
  pointwise: cases(
    fc.record({
      ...some,
      kernel: one,
      stride: fc.oneof(one, pair(1, 2)),
      dilation: one,
      padding: fc.constantFrom<Padding>([0, 0, 0, 0], [0, 0, 0, 0], [1, 0, 0, 1]),
      groups: fc.constant('none' as const),
    }),
  ),
  winograd: cases(
    fc.record({
      ...some,
      inputs: fc.constantFrom(16, 17, 20, 24, 31, 32),
      kernel: fc.constant<Pair>([3, 3]),
      stride: one,
      dilation: one,
      groups: fc.constant('none' as const),
    }),
  ),
  depthwise: cases(
    fc.record({
      ...some,
      kernel: fc.oneof(
        fc.constantFrom<Pair>([3, 3], [5, 5], [7, 7]),
        fc.constantFrom<Pair>([3, 3], [2, 2], [3, 5], [1, 1], [9, 9]),
      ),
      stride: pair(1, 3),
      dilation: fc.oneof(one, pair(1, 3)),
      groups: fc.constantFrom('depthwise' as const, 'depthwise' as const, 'multiplier' as const),
    }),
  ),
} as const;

type Block = (nn: Builder, x: Value, name: string) => Value;

const act = (nn: Builder, x: Value): Value => nn.activation(x, 'relu');
const channelsOf = (x: Value): number => x.shape.at(-1) ?? 0;

/** What networks are made of; each takes any map of at least 2 channels. */
const blocks: Readonly<Record<string, Block>> = {
  residual: (nn, x, name) => {
    const y = act(
      nn,
      nn.batchNorm(nn.conv2d(x, { name: `${name}a`, out: channelsOf(x), kernel: 3 }), { name: `${name}n` }),
    );
    return act(nn, nn.add(nn.conv2d(y, { name: `${name}b`, out: channelsOf(x), kernel: 3, bias: true }), x));
  },
  // The shortcut comes first in one, last in the other: either may be the one that takes the sum.
  projected: (nn, x, name) => {
    const shortcut = nn.conv2d(x, { name: `${name}s`, out: channelsOf(x) + 3, kernel: 1, stride: 2, padding: 0 });
    const y = nn.conv2d(x, { name: `${name}a`, out: channelsOf(x) + 3, kernel: 3, stride: 2 });
    return nn.activation(nn.add(shortcut, y), 'relu6');
  },
  optionA: (nn, x, name) => {
    const y = nn.conv2d(x, { name: `${name}a`, out: channelsOf(x) + 4, kernel: 3, stride: 2 });
    const halved = nn.avgPool(x, { size: 1, stride: 2 });
    return act(nn, nn.add(y, nn.zeroPad(halved, { spatial: [0, 0, 0, 0], channels: [1, 3] })));
  },
  inverted: (nn, x, name) => {
    const wide = nn.activation(nn.conv2d(x, { name: `${name}e`, out: 2 * channelsOf(x) + 1, kernel: 1 }), 'relu6');
    const deep = nn.activation(nn.depthwiseConv2d(wide, { name: `${name}d`, kernel: 3 }), 'hardSwish');
    return nn.add(x, nn.conv2d(deep, { name: `${name}p`, out: channelsOf(x), kernel: 1 }));
  },
  squeeze: (nn, x, name) => {
    const gate = nn.conv2d(nn.adaptiveAvgPool(x, { size: 1 }), { name: `${name}q`, out: 3, kernel: 1, bias: true });
    const open = nn.conv2d(act(nn, gate), { name: `${name}o`, out: channelsOf(x), kernel: 1, bias: true });
    return nn.multiply(x, nn.activation(open, 'hardSigmoid'));
  },
  dense: (nn, x, name) => {
    const y = nn.conv2d(act(nn, nn.batchNorm(x, { name: `${name}n` })), { name: `${name}a`, out: 5, kernel: 3 });
    const z = nn.conv2d(nn.concat([x, y]), { name: `${name}b`, out: 3, kernel: 1 });
    return nn.concat([x, y, z]);
  },
  shuffle: (nn, x, name) => {
    const half = Math.floor(channelsOf(x) / 2);
    const [kept, used] = [
      nn.sliceChannels(x, { start: 0, size: half }),
      nn.sliceChannels(x, { start: channelsOf(x) - half, size: half }),
    ];
    const y = act(nn, nn.conv2d(used, { name: `${name}a`, out: half, kernel: 1 }));
    const z = nn.depthwiseConv2d(y, { name: `${name}d`, kernel: 5, bias: true });
    return nn.channelShuffle(nn.concat([kept, z]), { groups: 2 });
  },
  pooled: (nn, x, name) => {
    const [a, b] = [
      nn.maxPool(x, { size: 3, stride: 1, padding: 1 }),
      nn.avgPool(x, { size: 3, stride: 1, padding: 1, countIncludePad: false }),
    ];
    return nn.concat([nn.conv2d(a, { name: `${name}m`, out: 4, kernel: 1 }), nn.add(a, b)]);
  },
  grouped: (nn, x, name) => {
    const wide = nn.conv2d(x, { name: `${name}w`, out: 12, kernel: 1 });
    return act(nn, nn.conv2d(wide, { name: `${name}g`, out: 12, kernel: 3, groups: 3, dilation: 2, padding: 2 }));
  },
  normed: (nn, x, name) => {
    const y = nn.dense(nn.layerNorm(x, { name: `${name}n` }), { name: `${name}u`, units: 7, pointwise: true });
    const z = nn.dense(nn.activation(y, 'gelu'), { name: `${name}v`, units: channelsOf(x), pointwise: true });
    return nn.add(x, nn.layerScale(z, { parameter: `${name}.gamma` }));
  },
  padded: (nn, x) => nn.leakyRelu(nn.zeroPad(x, { spatial: [1, 0, 0, 1], channels: [0, 1] }), { slope: 0.1 }),
};

/** A network of such blocks, as deep as there are names. */
export function networkOf(names: readonly string[], [height, width, first]: readonly [number, number, number]): Graph {
  const nn = new Builder(names.join('-'));
  let x = nn.input([height, width, 3]);
  x = act(nn, nn.conv2d(x, { name: 'stem', out: first, kernel: 3, stride: 2 }));
  names.forEach((name, i) => {
    const block = blocks[name];
    if (block === undefined) throw new RangeError(`no block ${name}`);
    x = block(nn, x, `${name}${i}`);
  });
  return nn.graph(nn.dense(nn.flatten(nn.adaptiveAvgPool(x, { size: 2 })), { name: 'fc', units: 5 }));
}

export const blockNames: readonly string[] = Object.keys(blocks);

/** Random networks of two to six blocks on maps of odd sizes. */
export const networks: fc.Arbitrary<Case> = fc
  .record({
    names: fc.array(fc.constantFrom(...blockNames), { minLength: 2, maxLength: 6 }),
    height: fc.integer({ min: 7, max: 23 }),
    width: fc.integer({ min: 7, max: 23 }),
    first: fc.constantFrom(2, 5, 8, 12, 16, 17),
    batch: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ names, height, width, first, batch }) => ({ graph: networkOf(names, [height, width, first]), batch }));
