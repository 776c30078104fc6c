import { type Graph, paramsOf, sizeOf } from '@convzoo/layers';
import { buildModel, convnext } from '@convzoo/zoo';
import { describe, expect, test } from 'vitest';
import { type DialectName, detectDialect, dialects, sourceParams } from '../src/index.js';

const keysOf = (graph: Graph, dialect: DialectName): readonly (readonly [string, readonly number[]])[] =>
  sourceParams(graph, dialects[dialect]).map(({ name, layout }) => [name, layout.shape]);
const namesOf = (graph: Graph, dialect: DialectName): readonly string[] => keysOf(graph, dialect).map(([name]) => name);

// Names as timm's modules make them: models/regnet.py, models/convnext.py, models/resnetv2.py of timm 1.0.
describe('ConvNeXt', () => {
  const graph = convnext({ depths: [1, 1, 2, 1], width: 8 }, { input: 64, classes: 3 });

  test('has layer scales of [channels, 1, 1] and dense layers of two axes in torchvision', () => {
    const keys = keysOf(graph, 'torchvision');
    expect(keys).toContainEqual(['features.1.0.layer_scale', [8, 1, 1]]);
    expect(keys).toContainEqual(['features.5.1.block.3.weight', [128, 32]]);
    expect(keys).toContainEqual(['features.3.0.block.0.weight', [16, 1, 7, 7]]);
    expect(keys).toContainEqual(['features.2.1.weight', [16, 8, 2, 2]]);
  });

  test("is called by timm's names in timm, where layer scales are flat", () => {
    const keys = keysOf(graph, 'timm');
    for (const key of [
      ['stem.0.weight', [8, 3, 4, 4]],
      ['stem.1.bias', [8]],
      ['stages.0.blocks.0.gamma', [8]],
      ['stages.0.blocks.0.conv_dw.weight', [8, 1, 7, 7]],
      ['stages.0.blocks.0.norm.weight', [8]],
      ['stages.2.blocks.1.mlp.fc1.weight', [128, 32]],
      ['stages.2.blocks.1.mlp.fc2.bias', [32]],
      ['stages.1.downsample.0.weight', [8]],
      ['stages.1.downsample.1.weight', [16, 8, 2, 2]],
      ['head.norm.weight', [64]],
      ['head.fc.weight', [3, 64]],
    ]) {
      expect(keys).toContainEqual(key);
    }
    expect(keys.filter(([name]) => name.startsWith('features') || name.startsWith('classifier'))).toEqual([]);
  });

  test.each(['torchvision', 'timm'] as const)('%s: a layer scale goes there and back, in either shape', (dialect) => {
    const scale = sourceParams(graph, dialects[dialect]).find(({ place }) => place.kind === 'layerScale')!;
    const values = Float32Array.from({ length: 8 }, (_, i) => i + 0.5);
    expect([...scale.layout.decode(scale.layout.encode(values))]).toEqual([...values]);
    expect([scale.layout.shape, ...scale.layout.alternatives]).toEqual(expect.arrayContaining([[8], [8, 1, 1]]));
  });
});

describe('RegNet', () => {
  test("is called by timm's names in timm, which count blocks from 1", () => {
    const names = namesOf(buildModel('regnety_004'), 'timm');
    expect(
      names.filter((name) => /^(stem|s1\.b1)\.|^s4\.b6\.conv1\.|^head/.test(name) && !/running/.test(name)),
    ).toEqual([
      'stem.conv.weight',
      'stem.bn.weight',
      'stem.bn.bias',
      's1.b1.downsample.conv.weight',
      's1.b1.downsample.bn.weight',
      's1.b1.downsample.bn.bias',
      's1.b1.conv1.conv.weight',
      's1.b1.conv1.bn.weight',
      's1.b1.conv1.bn.bias',
      's1.b1.conv2.conv.weight',
      's1.b1.conv2.bn.weight',
      's1.b1.conv2.bn.bias',
      's1.b1.se.fc1.weight',
      's1.b1.se.fc1.bias',
      's1.b1.se.fc2.weight',
      's1.b1.se.fc2.bias',
      's1.b1.conv3.conv.weight',
      's1.b1.conv3.bn.weight',
      's1.b1.conv3.bn.bias',
      's4.b6.conv1.conv.weight',
      's4.b6.conv1.bn.weight',
      's4.b6.conv1.bn.bias',
      'head.fc.weight',
      'head.fc.bias',
    ]);
    expect(names.filter((name) => name.includes('trunk'))).toEqual([]);
  });
});

describe('ResNet v2', () => {
  test('has a convolution for a classifier in timm, a dense layer in Keras', () => {
    expect(keysOf(buildModel('resnetv2_50'), 'timm')).toContainEqual(['head.fc.weight', [1000, 2048, 1, 1]]);
    expect(keysOf(buildModel('ResNet50V2'), 'keras')).toContainEqual(['predictions/kernel', [2048, 1000]]);
  });
});

describe('ResNets of keras-applications 1.0.8', () => {
  test.each(['ResNet50', 'ResNet50V2'])('%s: a file whose classifier is called probs is read', (name) => {
    const graph = buildModel(name);
    const names = namesOf(graph, 'keras').map((key) => key.replace('predictions/', 'probs/'));
    const read = sourceParams(graph, dialects.keras, new Set(names)).map((param) => param.name);
    expect(read).toEqual(names);
    expect(namesOf(graph, 'keras').at(-1)).toBe('predictions/bias');
  });
});

describe('the dialect is found from names alone', () => {
  test.each([
    ['regnet_y_400mf', 'torchvision'],
    ['regnety_004', 'timm'],
    ['convnext_tiny', 'torchvision'],
    ['timm/convnext_tiny', 'timm'],
    ['resnetv2_50', 'timm'],
    ['ResNet101V2', 'keras'],
    ['resnet50d', 'timm'],
    ['seresnet50', 'timm'],
    ['resnet50', 'torchvision'],
    ['darknet53', 'timm'],
  ] as const)('%s: %s', (name, dialect) => {
    const graph = buildModel(name);
    expect(detectDialect(namesOf(graph, dialect))).toBe(dialect);
    // Nothing is lost: as many elements there as here.
    const there = keysOf(graph, dialect).reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
    expect(there).toBe(paramsOf(graph).reduce((sum, { shape }) => sum + sizeOf(shape), 0));
  });
});
