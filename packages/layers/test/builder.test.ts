import { describe, expect, it } from 'vitest';
import {
  Builder,
  type Conv2dOptions,
  ConvzooError,
  defineOp,
  GraphError,
  graphToJson,
  outputOf,
  paramsOf,
  type Value,
} from '../src/index.js';

const map = (nn: Builder, shape: readonly number[] = [8, 8, 4]): Value => nn.input(shape);

function errorOf(build: (nn: Builder) => unknown): GraphError {
  try {
    build(new Builder('t'));
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('paths', () => {
  it('follow the scopes, and number what repeats', () => {
    const nn = new Builder('t');
    let x = map(nn);
    nn.scope('layer1', () =>
      nn.scope(0, () => {
        x = nn.activation(nn.conv2d(x, { name: 'conv1', out: 4, kernel: 3 }), 'relu');
        x = nn.activation(x, 'relu');
        x = nn.add(x, x);
      }),
    );
    x = nn.dense(nn.globalAvgPool(x), { units: 2 });
    const { nodes } = nn.graph(x);
    expect(nodes.map((node) => node.path)).toEqual([
      'input',
      'layer1.0.conv1',
      'layer1.0.relu',
      'layer1.0.relu_1',
      'layer1.0.add',
      'globalAvgPool',
      'dense',
    ]);
    expect(paramsOf(nn.graph(x)).map((param) => param.path)).toEqual([
      'layer1.0.conv1.weight',
      'dense.weight',
      'dense.bias',
    ]);
  });

  it('leave a scope whose builder threw', () => {
    const nn = new Builder('t');
    expect(() =>
      nn.scope('a', () => {
        throw new Error('x');
      }),
    ).toThrow('x');
    nn.input([4], 'in');
    expect(nn.graph({ id: 0, shape: [4] }).nodes[0]?.path).toBe('in');
  });

  it('of modules are taps as well', () => {
    const nn = new Builder('t');
    const x = nn.module('layer1', () => nn.module(0, () => nn.activation(map(nn), 'relu')));
    expect(nn.graph(x).taps).toEqual({ 'layer1.0': x.id, layer1: x.id });
  });

  it('of layers with parameters must not repeat', () => {
    const error = errorOf((nn) => {
      const x = nn.conv2d(map(nn), { name: 'conv1', out: 4, kernel: 1 });
      nn.conv2d(x, { name: 'conv1', out: 4, kernel: 1 });
    });
    expect(error).toMatchObject({ code: 'duplicate-path', path: 'conv1' });
    expect(error.message).toBe('conv1: conv2d: a node of this path exists already; give this one another name.');
  });
});

describe('defaults', () => {
  it('of a convolution keep the extent at stride 1 and have no bias', () => {
    for (const kernel of [1, 3, 5, 7]) {
      const nn = new Builder('t');
      const x = nn.conv2d(map(nn), { out: 6, kernel });
      expect(x.shape).toEqual([8, 8, 6]);
      expect(paramsOf(nn.graph(x))).toEqual([{ path: 'conv2d.weight', role: 'kernel', shape: [kernel, kernel, 4, 6] }]);
    }
  });

  it('of depthwise convolutions are one group a channel', () => {
    const nn = new Builder('t');
    const x = nn.depthwiseConv2d(map(nn), { kernel: 3, multiplier: 2, bias: true });
    const node = outputOf(nn.graph(x));
    expect(node.attributes).toMatchObject({ groups: 4 });
    expect(node.params.map((param) => param.shape)).toEqual([[3, 3, 1, 8], [8]]);
  });

  it('of norms are those of torch', () => {
    const nn = new Builder('t');
    const node = outputOf(nn.graph(nn.batchNorm(map(nn), { name: 'bn1' })));
    expect(node.attributes).toEqual({ eps: 1e-5, momentum: 0.1 });
    expect(node.params.map(({ path, role }) => [path, role])).toEqual([
      ['bn1.weight', 'scale'],
      ['bn1.bias', 'shift'],
      ['bn1.running_mean', 'mean'],
      ['bn1.running_var', 'variance'],
    ]);
  });

  it('of layer norms and layer scales are those of torch; a layer scale is a parameter of the block', () => {
    const nn = new Builder('t');
    const x = nn.layerScale(nn.layerNorm(map(nn), { name: 'norm' }), { parameter: 'gamma' });
    const graph = nn.graph(x);
    expect(graph.nodes[1]?.attributes).toEqual({ eps: 1e-5 });
    expect(paramsOf(graph)).toEqual([
      { path: 'norm.weight', role: 'scale', shape: [4] },
      { path: 'norm.bias', role: 'shift', shape: [4] },
      { path: 'gamma', role: 'scale', shape: [4] },
    ]);
  });

  it('of a norm without scale leave that parameter out', () => {
    const nn = new Builder('t');
    const node = outputOf(nn.graph(nn.batchNorm(map(nn), { scale: false })));
    expect(node.params.map(({ role }) => role)).toEqual(['shift', 'mean', 'variance']);
  });

  it('of average pools count padding as torch does, and not with same padding', () => {
    const nn = new Builder('t');
    const x = map(nn);
    const counts = [{ size: 2 }, { size: 2, padding: 'same' as const }].map(
      (options) => outputOf(nn.graph(nn.avgPool(x, options))).attributes,
    );
    expect(counts).toMatchObject([{ countIncludePad: true }, { countIncludePad: false }]);
  });
});

const square = (nn: Builder, x: Value): Value => nn.multiply(x, x);
const excited = (nn: Builder, x: Value, factor: readonly number[] = [4]): Value =>
  nn.multiply(x, nn.input(factor, 'factor'));

describe('shapes', () => {
  const shapeOf = (build: (nn: Builder) => Value): readonly number[] => build(new Builder('t')).shape;

  it.each<[string, (nn: Builder) => Value, readonly number[]]>([
    ['grouped convolution', (nn) => nn.conv2d(map(nn), { out: 6, kernel: 3, groups: 2 }), [8, 8, 6]],
    ['dilated convolution', (nn) => nn.conv2d(map(nn), { out: 2, kernel: 3, dilation: 2, padding: 0 }), [4, 4, 2]],
    ['max pool', (nn) => nn.maxPool(map(nn), { size: 3, stride: 2, padding: 1 }), [4, 4, 4]],
    ['pool of its own size', (nn) => nn.avgPool(map(nn, [7, 9, 1]), { size: 2 }), [3, 4, 1]],
    ['pool in ceil mode', (nn) => nn.avgPool(map(nn, [7, 9, 1]), { size: 2, ceilMode: true }), [4, 5, 1]],
    ['adaptive pool', (nn) => nn.adaptiveAvgPool(map(nn), { size: [7, 3] }), [7, 3, 4]],
    ['global pool', (nn) => nn.globalAvgPool(map(nn)), [4]],
    ['zero padding', (nn) => nn.zeroPad(map(nn), { spatial: [1, 2, 3, 4], channels: [5, 6] }), [12, 14, 15]],
    ['flatten', (nn) => nn.flatten(map(nn)), [256]],
    ['dense', (nn) => nn.dense(nn.flatten(map(nn)), { units: 5, bias: false }), [5]],
    ['norm of a vector', (nn) => nn.batchNorm(nn.input([7])), [7]],
    ['dropout', (nn) => nn.dropout(map(nn), { rate: 0 }), [8, 8, 4]],
    ['dense of every pixel', (nn) => nn.dense(map(nn), { units: 5, pointwise: true }), [8, 8, 5]],
    ['pointwise dense of a vector', (nn) => nn.dense(nn.input([7]), { units: 5, pointwise: true }), [5]],
    ['leaky rectifier', (nn) => nn.leakyRelu(map(nn), { slope: 0.1 }), [8, 8, 4]],
    ['product of maps', (nn) => square(nn, map(nn)), [8, 8, 4]],
    ['product with a vector', (nn) => excited(nn, map(nn)), [8, 8, 4]],
    ['product with a pixel', (nn) => excited(nn, map(nn), [1, 1, 4]), [8, 8, 4]],
    ['product of vectors', (nn) => square(nn, nn.input([7])), [7]],
    ['concatenation', (nn) => nn.concat([map(nn), nn.input([8, 8, 3], 'b'), nn.input([8, 8, 1], 'c')]), [8, 8, 8]],
    ['concatenation of vectors', (nn) => nn.concat([nn.input([4]), nn.input([3], 'b')]), [7]],
    ['concatenation of one', (nn) => nn.concat([map(nn)]), [8, 8, 4]],
    ['layer norm', (nn) => nn.layerNorm(map(nn)), [8, 8, 4]],
    ['layer scale', (nn) => nn.layerScale(map(nn), { parameter: 'gamma' }), [8, 8, 4]],
    ['rescaling', (nn) => nn.rescale(map(nn), { scale: [2], offset: [1, 2, 3, 4] }), [8, 8, 4]],
    ['slice', (nn) => nn.sliceChannels(map(nn), { start: 1, size: 3 }), [8, 8, 3]],
    ['slice of a vector', (nn) => nn.sliceChannels(nn.input([7]), { start: 6, size: 1 }), [1]],
    ['shuffle', (nn) => nn.channelShuffle(map(nn), { groups: 2 }), [8, 8, 4]],
  ])('%s', (_, build, shape) => expect(shapeOf(build)).toEqual(shape));
});

describe('errors name the node, what it got and what it needed', () => {
  const conv = (options: Partial<Conv2dOptions>) => (nn: Builder) =>
    nn.scope('layer1', () => nn.conv2d(map(nn), { name: 'conv', out: 4, kernel: 3, ...options }));
  const fc = { path: 'fc.weight', role: 'kernel', shape: [5, 2] } as const;
  const gamma = { path: 'gamma', role: 'scale', shape: [3] } as const;

  it.each<[string, (nn: Builder) => unknown, string, string]>([
    ['groups', conv({ groups: 3 }), 'layer1.conv', '4 input channels do not divide into 3 groups'],
    ['groups of outputs', conv({ groups: 2, out: 5 }), 'layer1.conv', '5 output channels do not divide into 2 groups'],
    [
      'kernel too large',
      conv({ kernel: 9, padding: 0 }),
      'layer1.conv',
      'a window of 9x9 does not fit into a map of 8x8x4',
    ],
    ['stride', conv({ stride: 0 }), 'layer1.conv', 'strides must be whole numbers of at least 1, got 0,0'],
    ['half a stride', conv({ stride: 1.5 }), 'layer1.conv', 'strides must be whole numbers'],
    ['dilation', conv({ dilation: -1 }), 'layer1.conv', 'dilations must be'],
    ['padding', conv({ padding: -1 }), 'layer1.conv', 'padding must be whole numbers of at least 0'],
    ['channels', conv({ out: 0 }), 'layer1.conv', 'the kernel must be whole numbers of at least 1, got 3,3,4,0'],
    [
      'vector',
      (nn) => nn.conv2d(nn.input([8]), { out: 1, kernel: 1 }),
      'conv2d',
      'needs a map [height, width, channels], got 8',
    ],
    [
      'dense of a map',
      (nn) => nn.dense(map(nn), { units: 1 }),
      'dense',
      'needs 256 features, got a map of 8x8x4; flatten or pool',
    ],
    ['sum', (nn) => nn.add(map(nn), nn.activation(nn.input([8, 8, 3], 'b'), 'relu')), 'add', 'got 8x8x4 and 8x8x3'],
    ['epsilon', (nn) => nn.batchNorm(map(nn), { eps: 0 }), 'batchNorm', 'eps must be above 0, got 0'],
    ['epsilon NaN', (nn) => nn.batchNorm(map(nn), { eps: Number.NaN }), 'batchNorm', 'eps must be above 0'],
    ['momentum', (nn) => nn.batchNorm(map(nn), { momentum: 1.5 }), 'batchNorm', 'momentum must lie in 0..1'],
    ['dropout', (nn) => nn.dropout(map(nn), { rate: 1 }), 'dropout', 'rate must be at least 0 and below 1, got 1'],
    ['input', (nn) => nn.input([1, 2]), 'input', 'must be [height, width, channels] or [features], got 2 dimensions'],
    ['input extent', (nn) => nn.input([1, 0, 3]), 'input', 'extents must be whole numbers of at least 1'],
    ['grid', (nn) => nn.adaptiveAvgPool(map(nn), { size: 0 }), 'adaptiveAvgPool', 'the grid must be'],
    [
      'pointwise dense',
      (nn) => nn.node('dense', { path: 'fc', attributes: { activation: 'linear' }, inputs: [map(nn)], params: [fc] }),
      'fc',
      'the kernel of 5x2 needs 5 features, got a map of 8x8x4',
    ],
    ['slope', (nn) => nn.leakyRelu(map(nn), { slope: 1 }), 'leakyRelu', 'slope must be at least 0 and below 1, got 1'],
    ['slope NaN', (nn) => nn.leakyRelu(map(nn), { slope: Number.NaN }), 'leakyRelu', 'slope must be'],
    ['factor', (nn) => excited(nn, map(nn), [3]), 'multiply', 'one value a channel, got 8x8x4 and 3'],
    ['factor of a row', (nn) => excited(nn, map(nn), [1, 8, 4]), 'multiply', 'got 8x8x4 and 1x8x4'],
    ['factor before the map', (nn) => nn.multiply(nn.input([4], 'factor'), map(nn)), 'multiply', 'got 4 and 8x8x4'],
    ['concatenation', (nn) => nn.concat([map(nn), nn.input([8, 7, 4], 'b')]), 'concat', 'got 8x8x4, 8x7x4'],
    ['map and vector', (nn) => nn.concat([map(nn), nn.input([4], 'b')]), 'concat', 'got 8x8x4, 4'],
    ['concatenation of nothing', (nn) => nn.concat([]), 'concat', 'needs an input'],
    ['layer norm', (nn) => nn.layerNorm(map(nn), { eps: 0 }), 'layerNorm', 'eps must be above 0, got 0'],
    [
      'layer scale',
      (nn) => nn.node('layerScale', { path: 'g', attributes: {}, inputs: [map(nn)], params: [gamma] }),
      'g',
      'scale must have one value for each of 4 channels, got 3',
    ],
    ['rescaling', (nn) => nn.rescale(map(nn), { scale: [1], offset: [1, 2] }), 'rescale', '1 or 4 values, got 1 and 2'],
    ['no scale', (nn) => nn.rescale(map(nn), { scale: [], offset: [1] }), 'rescale', '1 or 4 values, got 0 and 1'],
    ['infinite scale', (nn) => nn.rescale(map(nn), { scale: [1 / 0], offset: [0] }), 'rescale', 'finite numbers'],
    ['slice', (nn) => nn.sliceChannels(map(nn), { start: 2, size: 3 }), 'sliceChannels', 'channels 2 to 5 are not'],
    ['empty slice', (nn) => nn.sliceChannels(map(nn), { start: 2, size: 0 }), 'sliceChannels', 'at least 1, got 0'],
    ['slice before', (nn) => nn.sliceChannels(map(nn), { start: -1, size: 1 }), 'sliceChannels', 'at least 0, got -1'],
    ['shuffle', (nn) => nn.channelShuffle(map(nn), { groups: 3 }), 'channelShuffle', '4 channels do not divide into 3'],
    ['shuffled vector', (nn) => nn.channelShuffle(nn.input([4]), { groups: 2 }), 'channelShuffle', 'needs a map'],
    ['zeros', (nn) => nn.zeroPad(map(nn), { channels: [-1, 0] }), 'zeroPad', 'channel padding must be'],
  ])('%s', (_, build, path, message) => {
    const error = errorOf(build);
    expect(error).toBeInstanceOf(ConvzooError);
    expect(error).toMatchObject({ code: 'bad-shape', path, name: 'GraphError' });
    expect(error.message).toContain(message);
    expect(error.message.startsWith(`${path}: `)).toBe(true);
  });

  it('for values of another builder', () => {
    const other = new Builder('other').input([8, 8, 4]);
    expect(errorOf((nn) => nn.activation(other, 'relu'))).toMatchObject({ code: 'foreign-value', path: 'relu' });
    const twin = new Builder('other').input([8, 8, 4]);
    expect(errorOf((nn) => nn.add(map(nn), twin)).code).toBe('foreign-value');
  });

  it('for parameters that the op does not have, lacks, or has twice', () => {
    const norm = (nn: Builder, ...roles: readonly ('scale' | 'mean' | 'variance' | 'kernel')[]): Value =>
      nn.node('batchNorm', {
        path: 'bn',
        attributes: { eps: 1, momentum: 0 },
        inputs: [map(nn)],
        params: roles.map((role, i) => ({ path: `bn.${i}`, role, shape: [4] })),
      });
    expect(errorOf((nn) => norm(nn, 'mean')).message).toContain('bn: batchNorm: needs a parameter of role variance');
    expect(errorOf((nn) => norm(nn, 'mean', 'variance', 'kernel')).message).toContain(
      'has no parameter of role kernel',
    );
    expect(errorOf((nn) => norm(nn, 'mean', 'variance', 'mean')).message).toContain('has two parameters of role mean');
    expect(norm(new Builder('t'), 'mean', 'variance').shape).toEqual([8, 8, 4]);
  });

  it('for arity, through node()', () => {
    const error = errorOf((nn) =>
      nn.node('add', { path: 's', attributes: { activation: 'linear' }, inputs: [map(nn)], params: [] }),
    );
    expect(error.message).toBe('s: add: takes 2 input(s), got 1.');
  });

  it('that an op from outside reports by violation', () => {
    const odd = defineOp({ name: 'odd', shape: () => [0], macs: () => 0, compute: ([x]) => x! });
    expect(errorOf((nn) => nn.custom(odd, [map(nn)])).message).toContain(
      'odd: custom: the shape that odd returned must be',
    );
  });
});

it('a graph is plain data that later building does not change', () => {
  const nn = new Builder('t');
  const x = nn.activation(map(nn), 'relu');
  const before = nn.graph(x);
  const copy = structuredClone(before);
  nn.tap('late', nn.activation(x, 'relu6'));
  expect(before).toEqual(copy);
  expect(JSON.parse(JSON.stringify(graphToJson(before)))).toEqual(graphToJson(before));
});
