import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Graph } from '@convzoo/layers';
import { buildModel, modelNames, models, resolveModel } from '@convzoo/zoo';
import { describe, expect, test } from 'vitest';
import { type DialectName, detectDialect, dialects, sourceParams, toOurs, toTheirs } from '../src/index.js';
import { records } from './support.js';

type Keys = readonly (readonly [name: string, shape: readonly number[]])[];
interface KeysRecord {
  readonly case: string;
  readonly keys: Keys;
}
interface EvalRecord {
  readonly case: string;
  readonly model: string;
  readonly args: { readonly alpha?: number; readonly width_mult?: number };
  readonly input: { readonly shape: readonly number[]; readonly layout: string };
  readonly bn_log4: Readonly<Record<string, number>>;
}

/** The zoo's network for a record of a framework, or undefined where the zoo does not have it (yet). */
function network(dialect: DialectName, record: EvalRecord): Graph | undefined {
  try {
    const { entry, options } = resolveModel(`${dialect}/${record.model}`);
    const [, a = 0, b = 0, c = 0] = record.input.shape;
    const input = record.input.layout === 'NCHW' ? [b, c, a] : [a, b, c];
    const width = record.args.alpha ?? record.args.width_mult;
    return entry.build({ ...options, input, ...(width !== undefined && { width }) });
  } catch {
    return undefined;
  }
}

const sorted = (keys: Keys): Keys => [...keys].sort(([a], [b]) => (a < b ? -1 : 1));
/** `names`: those of a file, where a dialect has more than one spelling. */
const keysOf = (graph: Graph, dialect: DialectName, names?: ReadonlySet<string>): Keys =>
  sourceParams(graph, dialects[dialect], names).map(({ name, layout }) => [name, layout.shape]);

const goldens: [DialectName, string][] = [
  ['torchvision', 'torch'],
  ['timm', 'timm'],
  ['keras', 'keras'],
];
/** Families of the zoo: one record of each must be there, so that a broken lookup cannot pass by testing nothing. */
const EXPECTED: Record<string, string[]> = {
  torchvision: [
    'alexnet',
    'googlenet',
    'inception_v3',
    'squeezenet1_0',
    'vgg11',
    'vgg16_bn',
    'resnet18',
    'resnet152',
    'resnext101_32x8d',
    'mobilenet_v2',
    'mobilenet_v3_large',
    'mnasnet1_0',
    'efficientnet_b0',
  ],
  timm: [
    'mobilenetv1_100',
    'resnet50d',
    'darknet53',
    'tf_mobilenetv3_large_100',
    'tf_mobilenetv3_small_100',
    'tf_efficientnet_lite0',
  ],
  keras: [
    'VGG16',
    'VGG19',
    'ResNet50',
    'ResNet50V2',
    'MobileNet',
    'MobileNetV2',
    'InceptionV3',
    'MobileNetV3Small',
    'MobileNetV3Large',
    'EfficientNetB0',
  ],
};

describe.each(goldens)('%s: names and shapes are those of the framework', (dialect, file) => {
  const keys = new Map(records<KeysRecord>(`${file}-keys.jsonl`).map((record) => [record.case, record.keys]));
  const found = records<EvalRecord>(`${file}-eval.jsonl`).flatMap((record) => {
    const graph = network(dialect, record);
    return graph === undefined ? [] : [{ ...record, graph }];
  });

  test('every family is tested', () => {
    expect(new Set(found.map(({ model }) => model))).toEqual(
      new Set([...found.map(({ model }) => model), ...EXPECTED[dialect]!]),
    );
  });

  test.each(found)('$case', ({ case: name, graph, bn_log4 }) => {
    const expected = keys.get(name);
    if (expected !== undefined) {
      expect(sorted(keysOf(graph, dialect))).toEqual(sorted(expected));
      if (dialect === 'torchvision') expect(keysOf(graph, dialect)).toEqual(expected);
      expect(detectDialect(expected.map(([key]) => key))).toBe(dialect);
    }
    const norms = new Set(
      sourceParams(graph, dialects[dialect]).flatMap((p) => (p.place.spec.role === 'variance' ? [p.module] : [])),
    );
    expect(Object.keys(bn_log4).filter((norm) => !norms.has(norm))).toEqual([]);
  });
});

interface ReferenceModel {
  readonly keys: readonly { readonly name: string; readonly shape: readonly number[] }[];
}
const reference = JSON.parse(
  gunzipSync(readFileSync(new URL('../../../fixtures/goldens/state-dict-keys.json.gz', import.meta.url))).toString(),
) as { frameworks: Record<DialectName, Record<string, ReferenceModel>> };

describe.each(goldens)('%s: the key lists of state-dict-keys.json', (dialect) => {
  const found = Object.entries(reference.frameworks[dialect]).flatMap(([model, { keys }]) => {
    const graph = network(dialect, {
      case: '',
      model,
      args: {},
      input: { shape: [2, 3, 224, 224], layout: 'NCHW' },
      bn_log4: {},
    });
    return graph === undefined ? [] : [{ model, keys, graph }];
  });
  test('are tested', () => expect(found.length).toBeGreaterThan(4));

  test.each(found)('$model', ({ keys, graph }) => {
    const expected = keys
      .filter(({ name }) => !dialects[dialect].ignores(name))
      .map(({ name, shape }): Keys[number] => [name, shape]);
    const names = new Set(expected.map(([name]) => name));
    const ours = keysOf(graph, dialect, names).map(([name, shape]): Keys[number] => [name, shape]);
    // That file spells depthwise kernels as Keras 3 does.
    const spelt = (keys: Keys): Keys =>
      sorted(keys.map(([name, shape]) => [name.replace('/depthwise_kernel', '/kernel'), shape]));
    expect(spelt(ours)).toEqual(spelt(expected));
  });
});

describe('pairs', () => {
  const networks = modelNames.flatMap((name) => models[name].dialects.map((dialect) => [name, dialect] as const));

  test.each(networks)('%s in %s: there and back', (name, dialect) => {
    const graph = buildModel(name, { dialect });
    for (const { place, name, module } of sourceParams(graph, dialects[dialect])) {
      const whole = dialects[dialect].families.filter(({ params }) => toTheirs(params ?? [])(place.spec.path) === name);
      if (whole.length > 0) {
        expect(whole.map(({ params }) => toOurs(params ?? [])(name))).toContain(place.spec.path);
        continue;
      }
      if (module === place.module) continue;
      const families = dialects[dialect].families.filter(({ modules }) => toTheirs(modules)(place.module) === module);
      expect(families.map(({ modules }) => toOurs(modules)(module))).toContain(place.module);
    }
  });

  test('counters start where each side starts, and below that nothing matches', () => {
    const pairs = [
      ['features.0', 'stem'],
      ['features.{i:2}.conv', 'block_{i:1}_expand'],
    ] as const;
    expect(
      ['features.0', 'features.2.conv', 'features.17.conv', 'features.1.conv', 'features.02.conv', 'x'].map(
        toTheirs(pairs),
      ),
    ).toEqual(['stem', 'block_1_expand', 'block_16_expand', undefined, undefined, undefined]);
    expect(['stem', 'block_1_expand', 'block_0_expand'].map(toOurs(pairs))).toEqual([
      'features.0',
      'features.2.conv',
      undefined,
    ]);
  });
});

describe('networks whose files spell them in several ways', () => {
  test('the published DenseNets of torchvision have a dot before each number', () => {
    const graph = buildModel('densenet121');
    const names = sourceParams(graph, dialects.torchvision).map(({ name }) => name);
    const old = names.map((name) => name.replace(/(denselayer\d+\.(?:norm|conv))([12])\./, '$1.$2.'));
    expect(old).toContain('features.denseblock4.denselayer16.norm.2.running_var');
    for (const dialect of [dialects.torchvision, dialects.timm]) {
      expect(dialect.canonical(old)).toEqual({ names, note: 'took the old names of DenseNet for the new ones' });
      expect(dialect.canonical(names)).toEqual({ names });
    }
  });

  test('Keras 2 and Keras 3 spell three layers of DenseNet differently', () => {
    const graph = buildModel('DenseNet121');
    const modern = sourceParams(graph, dialects.keras).map(({ name }) => name);
    const RENAMED = { 'conv1_conv/': 'conv1/conv/', 'conv1_bn/': 'conv1/bn/', 'predictions/': 'fc1000/' };
    const old = modern.map((name) =>
      Object.entries(RENAMED).reduce((n, [a, b]) => (n.startsWith(a) ? b + n.slice(a.length) : n), name),
    );
    expect(old.filter((name, i) => name !== modern[i])).toHaveLength(7);
    expect(sourceParams(graph, dialects.keras, new Set(old)).map(({ name }) => name)).toEqual(old);
    expect(sourceParams(graph, dialects.keras, new Set(modern)).map(({ name }) => name)).toEqual(modern);
    expect(modern.slice(5, 15)).toEqual([
      'conv2_block1_0_bn/gamma',
      'conv2_block1_0_bn/beta',
      'conv2_block1_0_bn/moving_mean',
      'conv2_block1_0_bn/moving_variance',
      'conv2_block1_1_conv/kernel',
      'conv2_block1_1_bn/gamma',
      'conv2_block1_1_bn/beta',
      'conv2_block1_1_bn/moving_mean',
      'conv2_block1_1_bn/moving_variance',
      'conv2_block1_2_conv/kernel',
    ]);
  });

  test('a separable convolution of Keras is one layer, of two kernels', () => {
    const params = sourceParams(buildModel('Xception'), dialects.keras);
    const layer = params.filter(({ module }) => module === 'block5_sepconv3');
    expect(layer.map(({ name, layout }) => [name, layout.shape])).toEqual([
      ['block5_sepconv3/depthwise_kernel', [3, 3, 728, 1]],
      ['block5_sepconv3/pointwise_kernel', [1, 1, 728, 728]],
    ]);
    const projections = params.filter(({ place }) => place.module.endsWith('shortcut.conv'));
    expect(projections.map(({ module }) => module)).toEqual(['conv2d', 'conv2d_1', 'conv2d_2', 'conv2d_3']);
  });
});

describe('entries that hold no parameter', () => {
  test.each([
    'normalization/mean',
    'normalization_2/variance',
    'normalization/count:0',
    'normalization/normalization/mean:0',
  ])('Keras: %s of EfficientNet', (name) => expect(dialects.keras.ignores(name)).toBe(true));
  test.each(['batch_normalization/moving_mean', 'normalization/gamma', 'block1a_bn/moving_variance'])(
    'Keras: %s is one',
    (name) => expect(dialects.keras.ignores(name)).toBe(false),
  );
});

describe('detectDialect', () => {
  test.each([
    [['conv1.weight', 'bn1.running_mean'], 'torchvision'],
    [['module.conv_stem.weight', 'module.bn1.weight'], 'timm'],
    [['features.0.weight', 'pre_logits.fc1.weight'], 'timm'],
    [['conv1/kernel:0', 'conv1_bn/gamma:0'], 'keras'],
    [['block1_conv1/block1_conv1_W_1', 'block1_conv1/block1_conv1_b_1'], 'keras'],
    [['x', 'y'], undefined],
    [[], undefined],
  ] as const)('%j is %s', (names, dialect) => expect(detectDialect(names)).toBe(dialect));
});

describe('names of Keras', () => {
  const canonical = (names: string[]) => dialects.keras.canonical(names).names;
  test('versions and ancient leaves', () => {
    expect(canonical(['conv1/kernel:0', 'b1/b1_W_1:0', 'b1/b1_b_1', 'bn/bn_running_std', 'x_W'])).toEqual([
      'conv1/kernel',
      'b1/kernel',
      'b1/bias',
      'bn/moving_variance',
      'x_W',
    ]);
  });
  test('numbered layers are counted from 0 in the order of their numbers, kind by kind', () => {
    expect(
      canonical([
        'conv2d_12/kernel',
        'conv2d_9/kernel',
        'conv2d_9/bias',
        'batch_normalization_v1_3/gamma',
        'dense/bias',
      ]),
    ).toEqual(['conv2d_1/kernel', 'conv2d/kernel', 'conv2d/bias', 'batch_normalization/gamma', 'dense/bias']);
    expect(dialects.keras.canonical(['conv2d_7/kernel']).note).toMatch(/numbered/);
    expect(dialects.keras.canonical(['conv2d/kernel', 'conv1/kernel']).note).toBeUndefined();
  });
});
