/** Where variables are found in a file: by name, and by order where names do not say. */
import { sizeOf } from '@convzoo/layers';
import { memorySource, openTfjs, type TensorInfo, type WeightFile, WeightsFitError } from '@convzoo/weights';
import { describe, expect, it } from 'vitest';
import {
  bindKerasWeights,
  importKerasArchitecture,
  importKerasConfig,
  importKerasModel,
  type Variable,
} from '../src/index.js';
import { matchVariables } from '../src/match-variables.js';
import { functional, inputLayer, layer } from './configs.js';

const tensor = (name: string, ...shape: number[]): TensorInfo => ({ name, dtype: 'float32', shape });

/** conv, norm and dense; the norm's statistics come last in files that Keras 2 wrote of inner models. */
const net = importKerasConfig(
  functional([
    inputLayer(),
    layer('Conv2D', 'conv', { filters: 4, kernel_size: 3 }, ['in']),
    layer('BatchNormalization', 'norm', {}, ['conv']),
    layer('GlobalAveragePooling2D', 'pool', {}, ['norm']),
    layer('Dense', 'out', { units: 2 }, ['pool']),
  ]),
);

const assigned = (variables: readonly Variable[], tensors: readonly TensorInfo[]): Record<string, string> =>
  Object.fromEntries([...matchVariables(variables, tensors)].map(([path, { name }]) => [path, name]));

describe('variables of an imported network', () => {
  it('have paths by the layers, and stand in the order of Keras', () => {
    expect(
      net.variables.map(({ path, layer: names, leaves, shape }) => [path, names.join('/'), leaves[0], shape]),
    ).toEqual([
      ['conv.weight', 'conv', 'kernel', [3, 3, 3, 4]],
      ['conv.bias', 'conv', 'bias', [4]],
      ['norm.weight', 'norm', 'gamma', [4]],
      ['norm.bias', 'norm', 'beta', [4]],
      ['norm.running_mean', 'norm', 'moving_mean', [4]],
      ['norm.running_var', 'norm', 'moving_variance', [4]],
      ['out.weight', 'out', 'kernel', [4, 2]],
      ['out.bias', 'out', 'bias', [2]],
    ]);
  });

  it('are found by name in any order, longest names first', () => {
    const left = {
      path: 'left.conv.bias',
      layer: ['left', 'conv'],
      leaves: ['bias'],
      shape: [4],
      paramShape: [4],
      trainable: true,
    } as const;
    const right = { ...left, path: 'right.conv.bias', layer: ['right', 'conv'] } as const;
    const tensors = [tensor('right/conv/bias', 4), tensor('conv/bias', 4)];
    expect(assigned([left, right], tensors)).toEqual({
      'right.conv.bias': 'right/conv/bias',
      'left.conv.bias': 'conv/bias',
    });
  });

  it('are found by order where names say nothing, statistics last', () => {
    const one = {
      ...net,
      variables: net.variables.map((variable) => ({ ...variable, layer: ['model', ...variable.layer] })),
    };
    const shapes = [[3, 3, 3, 4], [4], [4], [4], [4, 2], [2], [4], [4]];
    const tensors = shapes.map((shape, i) => tensor(`weight_${i}`, ...shape));
    expect(assigned(one.variables, tensors)).toMatchObject({
      'conv.weight': 'weight_0',
      'out.bias': 'weight_5',
      'norm.running_mean': 'weight_6',
      'norm.running_var': 'weight_7',
    });
    // One more tensor, and order means nothing.
    expect(assigned(one.variables, [...tensors, tensor('more', 4)])).toEqual({});
  });
});

/** A file whose every tensor holds 0, 1, 2 ... */
function fileOf(tensors: readonly TensorInfo[], metadata: ReadonlyMap<string, string> = new Map()): WeightFile {
  return {
    format: 'keras-h5',
    name: 'model.h5',
    tensors,
    metadata,
    read: async (name) => {
      const found = tensors.find((each) => each.name === name);
      if (found === undefined) throw new Error(name);
      return {
        dtype: 'float32',
        shape: found.shape,
        data: Float32Array.from({ length: sizeOf(found.shape) }, (_, i) => i),
      };
    },
    close: async () => {},
  };
}

describe('binding', () => {
  const complete = net.variables.map(({ layer: names, leaves, shape }) =>
    tensor(`${names.join('/')}/${leaves[0]}`, ...shape),
  );

  it('passes over the constants of a Normalization and reports what does not fit', async () => {
    const { params } = await bindKerasWeights(
      net,
      fileOf([...complete, tensor('scale/mean', 3), tensor('scale/count')]),
    );
    expect([...params.keys()]).toEqual(net.variables.map(({ path }) => path));
    const bad = [...complete.slice(0, -1), tensor('out/bias', 3), tensor('other/kernel', 1)];
    const error = await bindKerasWeights(net, fileOf(bad)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(WeightsFitError);
    expect((error as WeightsFitError).misfit).toMatchObject({
      misshaped: [{ path: 'out.bias', found: [3] }],
      unexpected: [{ name: 'other/kernel' }],
    });
  });

  it('needs a file with an architecture', async () => {
    await expect(importKerasModel(fileOf(complete))).rejects.toMatchObject({
      code: 'no-architecture',
      message:
        'model.h5 has weights but no architecture. Save the whole model (model.save), or name the network that they are of.',
    });
    await expect(importKerasModel(fileOf(complete, new Map([['model_config', '{"a']])))).rejects.toMatchObject({
      code: 'bad-config',
    });
  });

  it('reads a model that TensorFlow.js itself saved, whose topology is not wrapped', async () => {
    const model = functional([inputLayer(), layer('Activation', 'gate', { activation: 'hard_sigmoid' }, ['in'])]);
    const json = {
      format: 'layers-model',
      modelTopology: { ...model, keras_version: 'tfjs-layers 4.22.0' },
      weightsManifest: [],
    };
    const file = await openTfjs(memorySource(new TextEncoder().encode(JSON.stringify(json)), 'model.json'));
    const { graph } = await importKerasArchitecture(file);
    // Keras 2's slope of 0.2, and not Keras 3's of 1/6.
    expect(graph.nodes.map(({ op }) => op)).toEqual(['input', 'rescale', 'activation']);
  });
});
