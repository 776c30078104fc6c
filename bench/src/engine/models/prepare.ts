// A process that writes a network's files and says what it weighs, so that its memory is not the harness's:
// FOLDER MODEL BATCH KIND,KIND
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

const [folder = '', model = '', batch = '', kinds = ''] = process.argv.slice(2);
const wanted = new Set(kinds.split(','));
const files = filesOf(model, Number(batch), inFolder(folder));
const graph = buildModel(model);

if (wanted.has('onnx')) await writeFile(files.onnx, toOnnx(graph, seededNetwork(model).params).bytes);
if (wanted.has('tflite')) await writeFile(files.tflite, toTflite(foldedNetwork(model), Number(batch)));
if (wanted.has('plain')) {
  await writeFile(files.input, bytesOf(seededInput(graph, Number(batch)).data));
  await writePlain(foldedNetwork(model), files.plain);
}

const plan = planOf(graph);
const facts: NetworkFacts = {
  model,
  parameterBytes: paramsOf(graph).reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0),
  macs: plan.layers.reduce((sum, { macs }) => sum + macs, 0),
  plannedBytes: plan.arenaBytes,
};
process.send?.(facts);
