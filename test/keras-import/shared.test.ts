/** The whole Keras models of ../shared: imported, they are the networks of the zoo. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { wasmBackend } from '@convzoo/backend-tfjs/wasm';
import { analyse } from '@convzoo/cost-analysis';
import { importKerasModel } from '@convzoo/keras-import';
import { type Float32Tensor, type Graph, type Parameters, paramsOf } from '@convzoo/layers';
import { bindWeights } from '@convzoo/weights';
import { fillInput } from '@convzoo/weights/golden';
import { openWeightsFile } from '@convzoo/weights/node';
import { buildModel } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { difference } from './records.js';

const folder = fileURLToPath(new URL('../../../shared/weights/keras/', import.meta.url));

async function answers(graph: Graph, params: Parameters, input: Float32Tensor): Promise<readonly number[]> {
  const backend = await wasmBackend();
  await using session = await backend.prepare(graph, params);
  return [...(await session.run(input)).output.data];
}

describe('a real model', () => {
  const models = [
    ['mobilenet_v1_0.25_224.h5', 'mobilenet_v1@0.25', 'signed'],
    ['mlperf_resnet8_cifar10.h5', 'resnet8-cifar10', 'byte'],
  ] as const;
  it.for(models)('%s is imported as the zoo has %s', async ([name, model, kind], context) => {
    if (!existsSync(folder)) context.skip('../shared is missing');
    const file = await openWeightsFile(folder + name);
    const imported = await importKerasModel(file, { finite: true });
    const graph = buildModel(model, { dialect: 'keras' });
    const { params } = await bindWeights(graph, file);
    await file.close();
    const input = fillInput([2, ...(graph.nodes[0]?.shape ?? [])], 'NHWC', kind);
    const [ours, theirs] = [await answers(imported.graph, imported.params, input), await answers(graph, params, input)];
    expect(difference(ours, theirs)).toBeLessThan(1e-5);
    const [a, b] = [analyse(imported.graph).total, analyse(graph).total];
    expect([a.params, a.macs]).toEqual([b.params, b.macs]);
    expect(paramsOf(imported.graph)).toHaveLength(paramsOf(graph).length);
  });
});
