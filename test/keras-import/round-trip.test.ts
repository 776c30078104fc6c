/** A network of the zoo as a Keras configuration (`kerasTopology`), read again, is that network. */
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { analyse } from '@convzoo/cost-analysis';
import { importKerasConfig, importKerasModel } from '@convzoo/keras-import';
import { inputOf, paramsOf } from '@convzoo/layers';
import { initialise } from '@convzoo/training';
import { encodeWeights, folderSource, kerasTopology, openTfjs, WeightsError, writeTfjs } from '@convzoo/weights';
import { fillInput } from '@convzoo/weights/golden';
import { type ModelEntry, modelNames, models } from '@convzoo/zoo';
import { expect, it } from 'vitest';
import { difference } from './records.js';

const shapes = (graph: Parameters<typeof paramsOf>[0]): readonly string[] =>
  paramsOf(graph)
    .map(({ role, shape }) => `${role} ${shape.join('x')}`)
    .sort();

const written = modelNames.flatMap((name) => {
  const entry: ModelEntry = models[name];
  const graph = entry.build({});
  try {
    return [[name, graph, kerasTopology(graph)] as const];
  } catch (error) {
    if (error instanceof WeightsError) return [];
    throw error;
  }
});

it('most of the zoo can be written', () => {
  expect(written.length).toBeGreaterThan(0.7 * modelNames.length);
});

it.each(written)('%s is the same network', (_, graph, topology) => {
  const again = importKerasConfig(topology);
  expect(shapes(again.graph)).toEqual(shapes(graph));
  expect(analyse(again.graph).total.macs).toBe(analyse(graph).total.macs);
});

// Each has something that others have not: a shuffle of channels, padded channels, gates, concatenation, an odd kernel.
const answered = ['shufflenet_v2_x0_5', 'resnet20-cifar10', 'mobilenet_v3_small', 'squeezenet1_1', 'mnasnet0_5'];

it.each(written.filter(([name]) => answered.includes(name)))(
  '%s answers alike with its weights',
  async (_, graph, topology) => {
    const params = initialise(graph, 1);
    const files = writeTfjs(encodeWeights(graph, params, { dialect: 'keras' }), { modelTopology: topology });
    const file = await openTfjs(folderSource(files, 'model.json'));
    const model = await importKerasModel(file);
    const backend = await wasmBackend();
    const input = fillInput([1, ...inputOf(graph).shape], 'NHWC', 'signed');
    const answers: (readonly number[])[] = [];
    for (const [network, values] of [
      [graph, params],
      [model.graph, model.params],
    ] as const) {
      await using session = await backend.prepare(network, values);
      answers.push([...(await session.run(input)).output.data]);
    }
    expect(difference(answers[1] ?? [], answers[0] ?? [])).toBeLessThan(1e-5);
  },
);
