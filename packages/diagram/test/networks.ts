import type { Graph } from '@convzoo/layers';
import { buildModel, type ModelName, modelNames, models } from '@convzoo/zoo';

type Named = readonly [ModelName, Graph];

/** Every network of the registry. */
export const networks: readonly Named[] = modelNames.map((name) => [name, buildModel(name)]);

/** The first network of each family. */
export const members: readonly Named[] = networks.filter(
  ([name], i) => modelNames.findIndex((other) => models[other].family === models[name].family) === i,
);
