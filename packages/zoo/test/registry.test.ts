import {
  graphFromJson,
  graphToJson,
  hashGraph,
  outputOf,
  paramsOf,
  replaceHead,
  tapOf,
  withInputShape,
} from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { buildModel, isModelName, modelNames, models } from '../src/index.js';

const variants = modelNames.flatMap((name) => models[name].dialects.map((dialect) => ({ name, dialect })));

describe.each(variants)('$name, dialect $dialect', ({ name, dialect }) => {
  const entry = models[name];
  const graph = buildModel(name, { dialect });

  it('keeps its promises', () => {
    expect(graph.nodes[0]).toMatchObject({ op: 'input', shape: entry.input });
    expect(outputOf(graph).shape).toEqual([entry.classes]);
    expect(graph.name).toBe(name);
    expect(entry.presets).toHaveProperty(dialect);
    expect(Object.keys(entry.presets).sort()).toEqual([...entry.dialects].sort());
    const paths = paramsOf(graph).map((param) => param.path);
    expect(new Set(paths).size).toBe(graph.nodes.reduce((sum, node) => sum + node.params.length, 0));
    for (const tap of Object.keys(graph.taps)) expect(tapOf(graph, tap).id).toBe(graph.taps[tap]);
  });

  it('survives JSON with the same hash', async () => {
    const again = graphFromJson(JSON.parse(JSON.stringify(graphToJson(graph))));
    expect(again).toEqual(graph);
    expect(await hashGraph(again)).toBe(await hashGraph(graph));
  });

  it('takes another number of classes and another input', () => {
    const small = buildModel(name, { dialect, classes: 7 });
    expect(outputOf(small).shape).toEqual([7]);
    expect(replaceHead(graph, 7)).toEqual(small);
    if (entry.family === 'vgg' && dialect !== 'torchvision') return; // Their dense layers are of one size.
    const [height, width] = [entry.input[0] + 9, entry.input[1] + 34];
    const input = [height, width, entry.input[2]];
    const other = buildModel(name, { dialect, input });
    expect(other.nodes[0]?.shape).toEqual(input);
    expect(withInputShape(graph, input)).toEqual(other);
  });
});

describe('the registry', () => {
  it('gives different networks different hashes', async () => {
    const hashes = await Promise.all(
      variants.map(({ name, dialect }) => hashGraph({ ...buildModel(name, { dialect }), name: '' })),
    );
    // timm has the networks of these families exactly as torchvision, and of VGG without dropout what Keras has.
    const shared = new Set(['resnet', 'densenet', 'convnext', 'regnet']);
    const differing = new Set(['regnet_x_400mf', 'regnet_y_800mf', 'regnet_y_8gf']);
    const inBoth = (dialects: readonly string[]): boolean => ['torchvision', 'timm'].every((d) => dialects.includes(d));
    const same = variants.filter(
      ({ name, dialect }) =>
        dialect === 'timm' && shared.has(models[name].family) && inBoth(models[name].dialects) && !differing.has(name),
    ).length;
    const timmAndKeras = ['vgg16', 'vgg19'].length;
    expect(new Set(hashes).size).toBe(variants.length - same - timmAndKeras);
  });

  it('knows its names', () => {
    expect(isModelName('resnet50')).toBe(true);
    expect(isModelName('toString')).toBe(false);
  });

  it('names networks as their builders do', () => {
    for (const name of modelNames) expect(models[name].build().name).toBe(name);
  });
});

describe('option A', () => {
  it('subsamples exactly and pads channels half before, half after', () => {
    const graph = buildModel('resnet20-cifar10');
    const pool = tapOf(graph, 'layer2.0.shortcut.subsample');
    expect(pool.attributes).toMatchObject({ size: [1, 1], strides: [2, 2], padding: [0, 0, 0, 0] });
    expect(tapOf(graph, 'layer2.0.shortcut.pad').attributes).toMatchObject({ channels: [8, 8] });
    expect(tapOf(graph, 'layer3.0.shortcut.pad').attributes).toMatchObject({ channels: [16, 16] });
    const shortcuts = graph.nodes.filter((node) => node.path.includes('shortcut'));
    expect(shortcuts.map((node) => node.op)).toEqual(['maxPool', 'zeroPad', 'maxPool', 'zeroPad']);
  });

  it('is a plain network without it', () => {
    const adds = (name: string): number => buildModel(name).nodes.filter((node) => node.op === 'add').length;
    expect([adds('resnet20-cifar10'), adds('resnet20b-cifar10'), adds('plain20-cifar10')]).toEqual([9, 9, 0]);
    expect([adds('resnet34_a'), adds('plain34')]).toEqual([16, 0]);
  });
});
