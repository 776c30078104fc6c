import { activationFunctions, Builder, defineOp, float32Tensor, type Graph, type Value } from '@convzoo/layers';
import fc from 'fast-check';

/** A residual network of two stages, small enough to check by hand, with every built-in op. */
export function smallResNet(): Graph {
  const nn = new Builder('small');
  let x = nn.conv2d(nn.input([16, 16, 3]), { name: 'conv1', out: 4, kernel: 3, bias: true });
  x = nn.activation(nn.batchNorm(x, { name: 'bn1' }), 'relu');
  x = nn.maxPool(x, { name: 'maxpool', size: 2 });
  x = nn.module('layer1', () => {
    x = nn.module(0, () => {
      const y = nn.batchNorm(nn.conv2d(x, { name: 'conv1', out: 4, kernel: 3 }), { name: 'bn1' });
      return nn.activation(nn.add(y, x), 'relu');
    });
    return x;
  });
  x = nn.module('layer2', () =>
    nn.module(0, () => {
      const y = nn.conv2d(x, { name: 'conv1', out: 8, kernel: 3, stride: 2 });
      const z = nn.scope('downsample', () => {
        const pixels = nn.avgPool(x, { size: 2 });
        return nn.zeroPad(pixels, { channels: [2, 2] });
      });
      return nn.activation(nn.add(y, z), 'relu6');
    }),
  );
  x = nn.dropout(nn.globalAvgPool(x, { name: 'avgpool' }), { rate: 0.5 });
  return nn.graph(nn.dense(x, { name: 'fc', units: 10 }));
}

export const double = defineOp({
  name: 'double',
  shape: ({ inputs: [shape = []] }) => shape,
  macs: () => 0,
  compute: ([x = float32Tensor([0], new Float32Array(0))]) =>
    float32Tensor(
      x.shape,
      x.data.map((v) => 2 * v),
    ),
});

/** One step of a random chain: adds a layer, or gives the value back where the layer does not fit. */
type Step = (nn: Builder, x: Value) => Value;

const pair = (arbitrary: fc.Arbitrary<number>) => fc.tuple(arbitrary, arbitrary);
const side = fc.integer({ min: 0, max: 2 });
const padding = fc.oneof(fc.constant('same' as const), fc.tuple(side, side, side, side));
/** torch allows padding of half the window, so that every window sees something. */
const window = pair(fc.integer({ min: 1, max: 3 })).chain((size) => {
  const half = fc.integer({ min: 0, max: Math.min(...size) >> 1 });
  return fc.record({
    size: fc.constant(size),
    stride: pair(fc.integer({ min: 1, max: 3 })),
    padding: fc.oneof(fc.constant('same' as const), fc.tuple(half, half, half, half)),
    ceilMode: fc.boolean(),
  });
});

const conv = fc
  .record({
    multiple: fc.integer({ min: 1, max: 2 }),
    grouping: fc.constantFrom('none', 'two', 'depthwise'),
    kernel: pair(fc.integer({ min: 1, max: 3 })),
    stride: pair(fc.integer({ min: 1, max: 2 })),
    dilation: pair(fc.integer({ min: 1, max: 2 })),
    padding,
    bias: fc.boolean(),
  })
  .map(
    ({ multiple, grouping, ...options }): Step =>
      (nn, x) => {
        const channels = x.shape.at(-1)!;
        const groups = grouping === 'depthwise' ? channels : grouping === 'two' && channels % 2 === 0 ? 2 : 1;
        return nn.conv2d(x, { ...options, groups, out: groups * multiple });
      },
  );

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: conv },
  window.map(
    (options): Step =>
      (nn, x) =>
        nn.maxPool(x, options),
  ),
  window.map(
    (options): Step =>
      (nn, x) =>
        nn.avgPool(x, options),
  ),
  pair(fc.integer({ min: 1, max: 4 })).map(
    (size): Step =>
      (nn, x) =>
        nn.adaptiveAvgPool(x, { size }),
  ),
  fc.tuple(side, side, side, side).map(
    (spatial): Step =>
      (nn, x) =>
        nn.zeroPad(x, { spatial, channels: [1, 0] }),
  ),
  fc.constantFrom(...activationFunctions).map(
    (fn): Step =>
      (nn, x) =>
        nn.activation(x, fn),
  ),
  fc.constant<Step>((nn, x) => nn.batchNorm(x)),
  fc.constant<Step>((nn, x) => nn.add(x, nn.activation(x, 'relu'))),
  fc.constant<Step>((nn, x) => nn.leakyRelu(x, { slope: 0.1 })),
  fc.constant<Step>((nn, x) => nn.multiply(x, nn.activation(nn.conv2d(x, { out: x.shape[2]!, kernel: 3 }), 'sigmoid'))),
  fc.constant<Step>((nn, x) => nn.multiply(x, nn.dense(nn.globalAvgPool(x), { units: x.shape[2]! }))),
  fc.constant<Step>((nn, x) => nn.multiply(x, nn.adaptiveAvgPool(x, { size: 1 }))),
  fc.constant<Step>((nn, x) => nn.concat([x, nn.conv2d(x, { out: 2, kernel: 3 })])),
  fc.constant<Step>((nn, x) => nn.layerScale(nn.layerNorm(x), { parameter: `gamma${x.id}` })),
  fc.constant<Step>((nn, x) => nn.rescale(x, { scale: [2], offset: [1] })),
  fc.constant<Step>((nn, x) => nn.sliceChannels(x, { start: x.shape[2]! >> 1, size: 1 })),
  fc.constant<Step>((nn, x) => nn.channelShuffle(x, { groups: x.shape[2]! })),
  fc.integer({ min: 1, max: 5 }).map(
    (units): Step =>
      (nn, x) =>
        nn.dense(x, { units, pointwise: true, bias: units > 2 }),
  ),
);

const head: fc.Arbitrary<Step> = fc.oneof(
  fc.constant<Step>((_, x) => x),
  fc.constant<Step>((nn, x) => nn.dense(nn.globalAvgPool(x), { units: 3 })),
  fc.constant<Step>((nn, x) => nn.dense(nn.dropout(nn.flatten(x), { rate: 0.1 }), { units: 2, bias: false })),
);

/** Random small networks; a layer whose window would leave nothing is left out. */
export const graphs: fc.Arbitrary<Graph> = fc
  .record({
    input: fc.tuple(fc.integer({ min: 3, max: 9 }), fc.integer({ min: 3, max: 9 }), fc.integer({ min: 1, max: 4 })),
    steps: fc.array(step, { minLength: 1, maxLength: 5 }),
    head,
  })
  .map(({ input, steps, head }) => {
    const nn = new Builder('random');
    let x = nn.input(input);
    for (const add of steps) {
      try {
        x = add(nn, x);
      } catch {
        // Too small for this window, or windows would lie in padding only: the chain goes on without it.
      }
    }
    return nn.graph(head(nn, x));
  });
