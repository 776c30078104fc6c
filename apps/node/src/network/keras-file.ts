import {
  bindKerasWeights,
  importKerasArchitecture,
  importKerasConfig,
  importKerasModel,
  KerasImportError,
  type KerasNetwork,
} from '@convzoo/keras-import';
import type { Pair } from '@convzoo/layers';
import type { WeightFile } from '@convzoo/weights';
import { openWeightsFile } from '@convzoo/weights/node';
import { UsageError } from '../errors.js';
import type { FoundNetwork } from './found.js';

/** Architecture of a model that Keras or TensorFlow.js saved whole; its weights are read when they are asked for. */
export async function openKerasFile(path: string, size: Pair | undefined): Promise<FoundNetwork> {
  const network = await reading(path, (file) => importKerasArchitecture(file, size)).catch(askForSize);
  return {
    ...foundOf(network),
    weights: () => reading(path, async (file) => (await importKerasModel(file, { size, finite: true })).params),
  };
}

/** What `model.to_json()` wrote: an architecture alone. */
export function openKerasConfig(config: unknown, size: Pair | undefined): FoundNetwork {
  try {
    return foundOf(importKerasConfig(config, { size }));
  } catch (error) {
    return askForSize(error);
  }
}

function askForSize(error: unknown): never {
  if (!(error instanceof KerasImportError) || error.code !== 'input-size-needed') throw error;
  throw new UsageError(error.code, `${error.message} For example --input 224.`, { cause: error });
}

const foundOf = (network: KerasNetwork): FoundNetwork => ({
  graph: network.graph,
  source: 'keras',
  notes: network.notes,
  bind: (file) => bindKerasWeights(network, file, { finite: true }),
});

async function reading<T>(path: string, use: (file: WeightFile) => Promise<T>): Promise<T> {
  const file = await openWeightsFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
