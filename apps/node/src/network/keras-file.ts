import {
  bindKerasWeights,
  importKerasArchitecture,
  importKerasConfig,
  importKerasModel,
  KerasImportError,
  type KerasNetwork,
} from '@convzoo/keras-import';
import type { Pair } from '@convzoo/layers';
import { bindWeights, detectDialect, type WeightFile } from '@convzoo/weights';
import { openWeightsFile } from '@convzoo/weights/node';
import { UsageError } from '../errors.js';
import type { FoundNetwork } from './found.js';

/** Architecture of a model that Keras or TensorFlow.js saved whole; its weights are read when they are asked for. */
export async function openKerasFile(path: string, size: Pair | undefined): Promise<FoundNetwork> {
  const network = await reading(path, (file) => importKerasArchitecture(file, size)).catch(advise);
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
    return advise(error);
  }
}

/** What to do on the command line about what the library cannot know. */
function advise(error: unknown): never {
  if (!(error instanceof KerasImportError)) throw error;
  const { code, message: said } = error;
  if (code === 'input-size-needed') throw new UsageError(code, `${said} For example --input 224.`, { cause: error });
  if (code !== 'no-architecture') throw error;
  throw new UsageError(code, `${said} That is --model NAME --weights FILE; "weights inspect FILE" says which fits.`, {
    cause: error,
  });
}

const foundOf = (network: KerasNetwork): FoundNetwork => ({
  graph: network.graph,
  source: 'keras',
  notes: network.notes,
  // Keras's names, or those that `convert --to torchvision` gives the parameters of such a network.
  bind: (file, { finite = true } = {}) =>
    detectDialect(file.tensors.map(({ name }) => name)) === 'torchvision'
      ? bindWeights(network.graph, file, { finite, dialect: 'torchvision' })
      : bindKerasWeights(network, file, { finite }),
});

async function reading<T>(path: string, use: (file: WeightFile) => Promise<T>): Promise<T> {
  const file = await openWeightsFile(path);
  try {
    return await use(file);
  } finally {
    await file.close();
  }
}
