import { Builder, float32Tensor, type Graph, type Parameters, replaceHead } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, test } from 'vitest';
import {
  type BindOptions,
  bindWeights,
  type DialectName,
  encodeWeights,
  type NamedTensor,
  openWeights,
  sameParameters,
  toBfloat16,
  toFloat16,
  WeightsFitError,
  writeSafetensors,
} from '../src/index.js';
import { codeOf, countingParameters, tensor } from './support.js';

const bind = async (graph: Graph, tensors: readonly NamedTensor[], options?: BindOptions) =>
  bindWeights(graph, await openWeights(writeSafetensors(tensors)), options);
const misfitOf = async (use: () => Promise<unknown>): Promise<WeightsFitError> => {
  try {
    await use();
  } catch (error) {
    if (error instanceof WeightsFitError) return error;
    throw error;
  }
  throw new Error('it fits');
};

/** Convolution, BatchNorm, depthwise with a multiplier, dense after a flatten, dense. */
function small(classes = 3): Graph {
  const nn = new Builder('small');
  let x = nn.input([4, 4, 2]);
  x = nn.batchNorm(nn.conv2d(x, { name: 'conv', out: 3, kernel: 3, bias: true }), { name: 'bn' });
  x = nn.depthwiseConv2d(x, { name: 'dw', kernel: 3, multiplier: 2, stride: 2 });
  x = nn.dense(nn.flatten(x), { name: 'fc1', units: 5 });
  return nn.graph(nn.dense(x, { name: 'fc2', units: classes }));
}

describe('encode, write, open, bind', () => {
  const networks: [string, DialectName][] = [
    ['resnet18', 'torchvision'],
    ['resnext50_32x4d', 'torchvision'],
    ['resnet50', 'keras'],
    ['resnet20-cifar10', 'torchvision'],
    ['resnet20b-cifar10', 'torchvision'],
    ['resnet8-cifar10', 'keras'],
    ['mobilenet_v1@0.25', 'timm'],
    ['mobilenet_v1@0.25', 'keras'],
    ['mobilenet_v2@0.35', 'torchvision'],
    ['mobilenet_v2@0.35', 'timm'],
    ['mobilenet_v2@0.35', 'keras'],
  ];
  // VGG is large whatever its input: a small one of its own follows.
  test.each(networks)('%s in %s gives the same bits', async (name, dialect) => {
    const graph = buildModel(name, { dialect, classes: 7 });
    const params = countingParameters(graph);
    const { params: bound, report } = await bind(graph, encodeWeights(graph, params, { dialect }));
    expect(sameParameters(bound, params)).toBe(true);
    expect([...bound.keys()]).toEqual([...params.keys()]);
    expect(report).toMatchObject({ dialect, missing: [], unexpected: [], misshaped: [], converted: [], notes: [] });
  });

  test.each(['torchvision', 'timm', 'keras'] as const)('a network of no family in %s', async (dialect) => {
    const params = countingParameters(small());
    const { params: bound } = await bind(small(), encodeWeights(small(), params, { dialect }), { dialect });
    expect(sameParameters(bound, params)).toBe(true);
  });

  test('parameters that are not the network’s cannot be encoded', async () => {
    expect(await codeOf(() => encodeWeights(small(), countingParameters(small(4))))).toBe('bad-shape');
    expect(await codeOf(() => encodeWeights(small(), new Map()))).toBe('bad-shape');
  });
});

/** VGG's paths at a hundredth of its size. */
function tinyVgg(): Graph {
  const nn = new Builder('tiny-vgg');
  let x = nn.input([8, 8, 3]);
  for (const i of [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28])
    x = nn.conv2d(x, { name: `features.${i}`, out: 4, kernel: 3, bias: true });
  x = nn.flatten(nn.maxPool(x, { size: 2 }));
  for (const i of [0, 3, 6]) x = nn.dense(x, { name: `classifier.${i}`, units: 5 });
  return nn.graph(x);
}

describe('heads', () => {
  test.each([
    ['torchvision', 'classifier.0.weight', [5, 64]],
    ['timm', 'pre_logits.fc1.weight', [5, 4, 4, 4]],
    ['keras', 'fc1/kernel', [64, 5]],
  ] as const)('VGG in %s has %s %j', async (dialect, name, shape) => {
    const params = countingParameters(tinyVgg());
    const tensors = encodeWeights(tinyVgg(), params, { dialect });
    expect(tensors.find((t) => t.name === name)?.tensor.shape).toEqual(shape);
    const { params: bound, report } = await bind(tinyVgg(), tensors);
    expect(sameParameters(bound, params)).toBe(true);
    expect(report.dialect).toBe(dialect);
  });

  test('torch and Keras order the rows of the first dense kernel differently, and agree after it', async () => {
    const params = countingParameters(tinyVgg());
    const kernel = (dialect: DialectName) =>
      encodeWeights(tinyVgg(), params, { dialect }).find(({ tensor: t }) => t.data.length === 320)!.tensor.data;
    // Row (h, w, c) of [4, 4, 4] is number (h * 4 + w) * 4 + c in Keras and (c * 4 + h) * 4 + w in torch.
    const [torch, keras] = [kernel('torchvision'), kernel('keras')];
    for (let h = 0; h < 4; h++)
      for (let w = 0; w < 4; w++)
        for (let c = 0; c < 4; c++)
          for (let o = 0; o < 5; o++)
            expect(torch[o * 64 + (c * 4 + h) * 4 + w]).toBe(keras[((h * 4 + w) * 4 + c) * 5 + o]);
  });

  test('a classifier saved as a 1x1 convolution, and a convolution saved as a matrix', async () => {
    const nn = new Builder('heads');
    const x = nn.globalAvgPool(nn.conv2d(nn.input([2, 2, 3]), { name: 'point', out: 4, kernel: 1 }));
    const graph = nn.graph(nn.dense(x, { name: 'fc', units: 2 }));
    const params = countingParameters(graph);
    const reshaped = encodeWeights(graph, params).map(({ name, tensor: t }) => {
      const shape = name === 'fc.weight' ? [2, 4, 1, 1] : name === 'point.weight' ? [4, 3] : t.shape;
      return { name, tensor: { ...t, shape } as NamedTensor['tensor'] };
    });
    expect(sameParameters((await bind(graph, reshaped)).params, params)).toBe(true);
  });
});

describe('what files have besides', () => {
  const encoded = () => encodeWeights(small(), countingParameters(small()));
  const counter: NamedTensor = {
    name: 'bn.num_batches_tracked',
    tensor: { dtype: 'int64', shape: [], data: BigInt64Array.of(5n) },
  };

  test('num_batches_tracked is passed over, and said', async () => {
    const { report } = await bind(small(), [...encoded(), counter]);
    expect(report).toMatchObject({ unexpected: [], ignored: ['bn.num_batches_tracked'] });
  });

  test('the prefix of DataParallel is taken off, and said', async () => {
    const wrapped = [...encoded(), counter].map(({ name, tensor: t }) => ({ name: `module.${name}`, tensor: t }));
    const { params, report } = await bind(small(), wrapped);
    expect(sameParameters(params, countingParameters(small()))).toBe(true);
    expect(report.notes).toEqual(['took the prefix "module." off every name']);
    expect(report.renamed[0]).toEqual({ path: 'conv.weight', name: 'module.conv.weight' });
  });

  test('a network whose own paths start with that prefix keeps them', async () => {
    const nn = new Builder('own');
    const graph = nn.graph(nn.scope('module', () => nn.conv2d(nn.input([2, 2, 1]), { name: 'a', out: 1, kernel: 1 })));
    const { report } = await bind(graph, encodeWeights(graph, countingParameters(graph)));
    expect(report).toMatchObject({ notes: [], renamed: [] });
  });

  test('half precision is converted, and said', async () => {
    const values = new Map(
      [...countingParameters(small())].map(([path, t]) => [
        path,
        float32Tensor(
          t.shape,
          t.data.map((x) => x / 2),
        ),
      ]),
    );
    const half = encodeWeights(small(), values).map(({ name, tensor: t }, i): NamedTensor => {
      const data = t.data as Float32Array;
      // bfloat16 has 8 bits of fraction: enough for the first two tensors only.
      return i === 1
        ? { name, tensor: { shape: t.shape, dtype: 'bfloat16', data: toBfloat16(data) } }
        : { name, tensor: { shape: t.shape, dtype: 'float16', data: toFloat16(data) } };
    });
    const { params, report } = await bind(small(), half);
    expect(sameParameters(params, values)).toBe(true);
    expect(report.converted.length).toBe(params.size);
    expect(report.converted[1]).toEqual({ path: 'conv.bias', from: 'bfloat16' });
  });

  test('NaN passes unless asked for', async () => {
    const broken = encoded();
    (broken[0]!.tensor.data as Float32Array)[3] = Number.NaN;
    (broken[0]!.tensor.data as Float32Array)[4] = Number.POSITIVE_INFINITY;
    await bind(small(), broken);
    expect(await codeOf(() => bind(small(), broken, { finite: true }))).toBe('bad-value');
    await expect(bind(small(), broken, { finite: true })).rejects.toThrow(/2 of the 54 values of "conv.weight"/);
  });
});

describe('weights that do not fit', () => {
  test('everything is reported at once, by path', async () => {
    const tensors = encodeWeights(small(), countingParameters(small()))
      .filter(({ name }) => name !== 'conv.bias' && name !== 'bn.running_var')
      .map((t) => (t.name === 'dw.weight' ? tensor('dw.weight', [6, 1, 5, 5]) : t));
    const error = await misfitOf(() => bind(small(), [...tensors, tensor('extra', [2]), tensor('other', [1])]));
    expect(error.code).toBe('weights-do-not-fit');
    expect(error.misfit.missing.map(({ path }) => path)).toEqual(['conv.bias', 'bn.running_var']);
    expect(error.misfit.misshaped).toEqual([
      { path: 'dw.weight', name: 'dw.weight', shape: [6, 1, 3, 3], found: [6, 1, 5, 5] },
    ]);
    expect(error.misfit.unexpected.map(({ name }) => name)).toEqual(['extra', 'other']);
    for (const part of ['conv.bias', 'bn.running_var', '6x1x3x3', '6x1x5x5', 'extra', 'other'])
      expect(error.message).toContain(part);
  });

  test('long lists are short in the message and whole in the error', async () => {
    const error = await misfitOf(() =>
      bind(buildModel('resnet50'), encodeWeights(small(), countingParameters(small()))),
    );
    expect(error.misfit.missing.length).toBe(267);
    expect(error.message.split('\n').length).toBeLessThan(24);
    expect(error.message).toMatch(/missing: and 259 more/);
    expect(error.message).toMatch(/weights of another network/);
  });

  test('another number of classes is explained', async () => {
    const error = await misfitOf(() => bind(small(10), encodeWeights(small(), countingParameters(small()))));
    expect(error.message).toMatch(/Only the classifier differs: it has 3 classes in the file and 10 in the network/);
    const keras = encodeWeights(small(), countingParameters(small()), { dialect: 'keras' });
    await expect(bind(small(10), keras)).rejects.toThrow(/3 classes in the file and 10 in the network/);
  });

  test('strict: false binds what fits: a new classifier on an old network', async () => {
    const old = countingParameters(small());
    const { params, report } = await bind(replaceHead(small(), 10), encodeWeights(small(), old), { strict: false });
    expect(report.misshaped.map(({ path }) => path)).toEqual(['fc2.weight', 'fc2.bias']);
    const expected: Parameters = new Map([...old].filter(([path]) => !path.startsWith('fc2.')));
    expect(sameParameters(params, expected)).toBe(true);
  });

  test('strict: false does not bind nothing at all', async () => {
    expect(await codeOf(() => bind(small(), [tensor('x', [1])], { strict: false }))).toBe('weights-do-not-fit');
  });

  test('a dialect that is given is kept to', async () => {
    const tensors = encodeWeights(small(), countingParameters(small()), { dialect: 'keras' });
    const error = await misfitOf(() => bind(small(), tensors, { dialect: 'torchvision' }));
    expect(error.misfit).toMatchObject({ dialect: 'torchvision' });
    expect(error.misfit.missing.length).toBe(11);
  });

  test('two layers of one name in the dialect are refused', async () => {
    const nn = new Builder('clash');
    let x = nn.input([4, 4, 1]);
    for (const name of ['conv1', 'layer1.0.conv1', 'conv2_block1_1_conv'])
      x = nn.conv2d(x, { name, out: 1, kernel: 1 });
    for (let i = 2; i < 20; i++) x = nn.conv2d(x, { name: `layer1.0.conv${i}`, out: 1, kernel: 1 });
    expect(await codeOf(() => encodeWeights(nn.graph(x), countingParameters(nn.graph(x)), { dialect: 'keras' }))).toBe(
      'bad-dialect',
    );
  });
});
