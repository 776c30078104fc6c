import type { Graph } from '@convzoo/layers';
import { buildModel, type Dialect, type ModelEntry, modelNames, models } from '@convzoo/zoo';
import { describe, expect, test } from 'vitest';
import {
  bindWeights,
  dialects,
  encodeWeights,
  fitNetworks,
  openWeights,
  sourceParams,
  writeSafetensors,
} from '../src/index.js';
import { cpuMilliseconds } from './hostile.js';
import { countingParameters } from './support.js';

interface Candidate {
  readonly name: string;
  readonly model: string;
  readonly dialect: Dialect;
  readonly graph: Graph;
  readonly auxiliary?: Graph;
}

/** Every network of the zoo in every dialect. */
const zoo: readonly Candidate[] = modelNames.flatMap((model) => {
  const entry: ModelEntry = models[model];
  return entry.dialects.map((dialect) => ({
    name: `${model} (${dialect})`,
    model,
    dialect,
    graph: entry.build({ dialect }),
    ...(entry.auxiliary === true && dialect !== 'keras' && { auxiliary: entry.build({ dialect, aux: true }) }),
  }));
});

/** The names and shapes of a network's file, without numbers. */
const headerOf = (graph: Graph, dialect: Dialect) => ({
  tensors: sourceParams(graph, dialects[dialect]).map(({ name, layout }) => ({
    name,
    dtype: 'float32' as const,
    shape: layout.shape,
  })),
});

describe('which network a file is of', () => {
  // Each search takes a quarter of a second; CONVZOO_FULL=1 makes all of them.
  const searched = (process.env['CONVZOO_FULL'] ?? '') === '' ? zoo.filter((_, i) => i % 4 === 0) : zoo;

  test('networks of the zoo are found in their dialects, each within a second', () => {
    const wrong: string[] = [];
    let slowest = 0;
    for (const { name, dialect, graph } of searched) {
      const file = headerOf(graph, dialect);
      const start = cpuMilliseconds();
      const fits = fitNetworks(file, zoo);
      slowest = Math.max(slowest, cpuMilliseconds() - start);
      const exact = fits.filter(({ kind }) => kind === 'exact').map(({ candidate }) => candidate.name);
      if (!exact.includes(name)) wrong.push(`${name}: ${exact.join(', ')}`);
    }
    console.log(`slowest of ${searched.length} searches among ${zoo.length} networks: ${slowest.toFixed(0)} ms`);
    expect(wrong).toEqual([]);
    expect(slowest).toBeLessThan(1000);
  }, 120_000);

  test('networks that differ in strides alone all fit, in the order in which they were given', () => {
    const fits = fitNetworks(headerOf(buildModel('resnet50'), 'torchvision'), zoo);
    const exact = fits.filter(({ kind }) => kind === 'exact').map(({ candidate }) => candidate.name);
    expect(exact).toEqual(['resnet50 (torchvision)', 'resnet50 (timm)', 'resnet50_v1 (torchvision)']);
  });

  test.each([
    ['resnet18', 'torchvision'],
    ['vgg16', 'keras'],
    ['densenet121', 'timm'],
    ['squeezenet1_1', 'torchvision'],
    ['mobilenet_v1', 'keras'],
  ] as const)('%s of %s for 7 classes is said to be that', (model, dialect) => {
    const fits = fitNetworks(headerOf(buildModel(model, { dialect, classes: 7 }), dialect), zoo);
    const classifier = fits.filter(({ kind }) => kind === 'other-classes');
    expect(fits.slice(0, classifier.length)).toEqual(classifier);
    expect(classifier.map(({ candidate }) => [candidate.model, candidate.dialect])).toContainEqual([model, dialect]);
    for (const { classes } of classifier) expect(classes).toEqual({ found: 7, needed: 1000 });
  });

  test.each(['googlenet', 'inception_v3'] as const)('%s with its auxiliary classifiers, of any classes', (model) => {
    const [best] = fitNetworks(headerOf(buildModel(model, { aux: true }), 'torchvision'), zoo);
    expect(best).toMatchObject({ kind: 'exact', candidate: { model } });
    expect(best?.report.leftOut.length).toBeGreaterThan(5);
    expect(best?.report.leftOut.every((name) => /^(aux|AuxLogits)/.test(name))).toBe(true);
    const [other] = fitNetworks(headerOf(buildModel(model, { aux: true, classes: 7 }), 'torchvision'), zoo);
    expect(other).toMatchObject({ kind: 'other-classes', classes: { found: 7, needed: 1000 } });
    const [plain] = fitNetworks(headerOf(buildModel(model), 'torchvision'), zoo);
    expect(plain).toMatchObject({ kind: 'exact', report: { leftOut: [] } });
  });

  test('the closest is explained where none fits', () => {
    const { tensors } = headerOf(buildModel('resnet34'), 'torchvision');
    const changed = tensors
      .filter(({ name }) => name !== 'layer1.0.bn1.weight')
      .map((tensor) => (tensor.name === 'conv1.weight' ? { ...tensor, shape: [64, 1, 7, 7] } : tensor));
    const [best, ...others] = fitNetworks(
      { tensors: [...changed, { name: 'extra', dtype: 'float32', shape: [3] }] },
      zoo,
    );
    expect(best).toMatchObject({ kind: 'partly', classes: undefined, candidate: { model: 'resnet34' } });
    expect(best?.report.missing.map(({ path }) => path)).toEqual(['layer1.0.bn1.weight']);
    expect(best?.report.misshaped.map(({ path }) => path)).toEqual(['conv1.weight']);
    expect(best?.report.unexpected.map(({ name }) => name)).toEqual(['extra']);
    expect(best?.matched).toBe((best?.total ?? 0) - 2);
    const shares = others.filter(({ candidate }) => candidate.model !== 'resnet34').map(({ share }) => share);
    expect(shares.length).toBeGreaterThan(0);
    expect(Math.max(...shares)).toBeLessThan(best?.share ?? 0);
  });

  test('what has nothing in common with any is of none', () => {
    expect(fitNetworks({ tensors: [] }, zoo)).toEqual([]);
    const tensors = ['a', 'b', 'c'].map((name) => ({ name, dtype: 'float32' as const, shape: [11, 13] }));
    expect(fitNetworks({ tensors }, zoo)).toEqual([]);
  });

  test('wrappers and counters of batches do not hide it', () => {
    const { tensors } = headerOf(buildModel('resnet18'), 'torchvision');
    const wrapped = [...tensors, { name: 'bn1.num_batches_tracked', dtype: 'int64' as const, shape: [] }].map(
      (tensor) => ({ ...tensor, name: `module.${tensor.name}` }),
    );
    const [best] = fitNetworks({ tensors: wrapped }, zoo);
    expect(best).toMatchObject({ kind: 'exact', candidate: { model: 'resnet18' } });
  });
});

describe('auxiliary classifiers that a network was built without', () => {
  const auxiliary = buildModel('googlenet', { aux: true });
  const graph = buildModel('googlenet');
  const open = async () => openWeights(writeSafetensors(encodeWeights(auxiliary, countingParameters(auxiliary))));

  test('are left out of a file, and said', async () => {
    const { params, report } = await bindWeights(graph, await open(), { auxiliary });
    expect([...params.keys()].some((path) => path.startsWith('aux'))).toBe(false);
    expect(params.size).toBeGreaterThan(250);
    expect(report).toMatchObject({ missing: [], unexpected: [], misshaped: [] });
    expect(report.leftOut).toContain('aux1.fc2.weight');
  });

  test('are unexpected where nobody said that there may be some', async () => {
    await expect(bindWeights(graph, await open())).rejects.toThrow(/The network itself is all there/);
  });

  test('nothing else is let through with them', async () => {
    const tensors = [...encodeWeights(auxiliary, countingParameters(auxiliary))];
    const extra = { name: 'aux3.weight', tensor: { dtype: 'float32', shape: [1], data: new Float32Array(1) } } as const;
    const file = await openWeights(writeSafetensors([...tensors, extra]));
    await expect(bindWeights(graph, file, { auxiliary })).rejects.toThrow(/unexpected: aux3.weight 1/);
  });

  test('must be those of the network', async () => {
    await expect(bindWeights(graph, await open(), { auxiliary: buildModel('resnet18') })).rejects.toThrow(TypeError);
  });
});
