// A process that writes a network's files and says what it weighs, so that its memory is not the harness's:
// FOLDER MODEL BATCH,BATCH KIND,KIND
import { writeFile } from 'node:fs/promises';
import { toOnnx } from '@convzoo/backend-onnx';
import { planOf } from '@convzoo/engine';
import { paramsOf, sizeOf } from '@convzoo/layers';
import { buildModel } from '@convzoo/zoo';
import { foldedNetwork, seededInput, seededNetwork } from '../network.js';
import { filesOf, inFolder } from './files.js';
import { bytesOf, writePlain } from './plain.js';
import { toTflite } from './tflite.js';

/** What a network is, without any runtime. */
export interface NetworkFacts {
  readonly model: string;
  readonly parameterBytes: number;
  /** Multiply-accumulates of convolutions and products for one picture. */
  readonly macs: number;
  /** Bytes of the engine's maps, scratch and tables for one picture and one thread, as planned. */
  readonly plannedBytes: number;
}

const [folder = '', model = '', batches = '', kinds = ''] = process.argv.slice(2);
const wanted = new Set(kinds.split(','));
const names = (batch: number) => filesOf(model, batch, inFolder(folder));

if (wanted.has('onnx')) {
  const { graph, params } = seededNetwork(model);
  await writeFile(names(1).onnx, toOnnx(graph, params).bytes);
}
for (const batch of batches.split(',').map(Number)) {
  if (wanted.has('tflite')) await writeFile(names(batch).tflite, toTflite(foldedNetwork(model), batch));
  if (wanted.has('plain')) await writeFile(names(batch).input, bytesOf(seededInput(buildModel(model), batch).data));
}
if (wanted.has('plain')) await writePlain(foldedNetwork(model), names(1).plain);

const graph = buildModel(model);
const plan = planOf(graph);
const facts: NetworkFacts = {
  model,
  parameterBytes: paramsOf(graph).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0),
  macs: plan.layers.reduce((sum, { macs }) => sum + macs, 0),
  plannedBytes: plan.arenaBytes,
};
process.send?.(facts);
