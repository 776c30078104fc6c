import { nearestNames } from '../nearest.js';
import { type ResolvedModel, resolveModel } from '../resolve.js';
import { type Accuracy, accuraciesOf, accuracyKey } from './accuracies.js';
import { kerasRows } from './data/keras.js';
import { ownRows } from './data/own.js';
import { timmRows } from './data/timm.js';
import { torchvisionRows } from './data/torchvision.js';
import type { PretrainedWeights } from './types.js';

export type { Accuracy } from './accuracies.js';
export type { PretrainedWeights, WeightsPreprocessing } from './types.js';

let parsed: readonly PretrainedWeights[] | undefined;

/**
 * Every published file of weights of the zoo's networks: ours, torchvision's, timm's on the Hugging Face hub and Keras's.
 * Made from the frameworks' own sources by `scripts/catalogue`; a test holds each entry to its file name's checksum, to the
 * graph and to the published tables.
 */
export function pretrainedWeights(): readonly PretrainedWeights[] {
  parsed ??= [ownRows, torchvisionRows, timmRows, kerasRows].flatMap(parseRows);
  return parsed;
}

const parseRows = (rows: string): PretrainedWeights[] =>
  rows
    .trim()
    .split('\n')
    .map((row) => JSON.parse(row));

/**
 * The entry that a name means: its own (`timm/resnet50.a1_in1k`, in any case), without the framework where only one has it
 * (`resnet50.a1_in1k`), or a network's (`resnet50`, `keras/resnet50`, `mobilenet_v1@0.5,160`), which is the weights that its
 * framework takes by default.
 */
export function findPretrained(name: string): PretrainedWeights | undefined {
  const wanted = name.toLowerCase();
  const all = pretrainedWeights();
  const exact = all.find((entry) => entry.name.toLowerCase() === wanted);
  if (exact !== undefined) return exact;
  if (/\.[a-z]/i.test(name)) {
    const tagged = all.filter((entry) => entry.name.toLowerCase().endsWith(`/${wanted}`));
    // A tag that no entry has is not the network's default.
    return tagged.length === 1 ? tagged[0] : undefined;
  }
  const found = pretrainedFor(name);
  const dialect = keyOf(name)?.dialect;
  return (
    found.find((entry) => entry.dialect === dialect && entry.isDefault) ?? found.find((e) => e.dialect === dialect)
  );
}

/**
 * Every entry for a network, its framework's default first. A name with a framework (`keras/resnet50`) or a resolution
 * (`mobilenet_v1@160`) narrows it; empty for a network of which nothing is published, or which does not exist.
 */
export function pretrainedFor(model: string): readonly PretrainedWeights[] {
  const key = keyOf(model);
  if (key === undefined) return [];
  const fits = pretrainedWeights().filter((entry) => {
    const own = keyOf(entry.model, entry.dialect);
    return (
      own?.name === key.name &&
      own.width === key.width &&
      (!key.sized || entry.input.join() === key.input) &&
      (key.framework === undefined || entry.dialect === key.framework)
    );
  });
  const rank = ({ dialect, isDefault }: PretrainedWeights): number =>
    (dialect === key.dialect ? 0 : 2) + (isDefault ? 0 : 1);
  return [...fits].sort((a, b) => rank(a) - rank(b));
}

let accuracies: ReadonlyMap<string, readonly Accuracy[]> | undefined;

/** What is published for a network in its dialect and width, the framework's own choice first, then by accuracy. */
export function publishedAccuracies(resolved: ResolvedModel): readonly Accuracy[] {
  accuracies ??= accuraciesOf(pretrainedWeights());
  return accuracies.get(accuracyKey(resolved)) ?? [];
}

/** Names that are like one which `findPretrained` does not know. */
export function nearestPretrained(name: string): readonly string[] {
  const names = pretrainedWeights().flatMap((entry) => [entry.name, entry.name.slice(entry.name.indexOf('/') + 1)]);
  return nearestNames(name, [...new Set(names)]);
}

function keyOf(model: string, dialect?: PretrainedWeights['dialect']) {
  try {
    const resolved = resolveModel(model, dialect === undefined ? {} : { dialect });
    const { width = 1, input } = resolved.options;
    const [, framework] = /^(torchvision|timm|keras)\//.exec(model) ?? [];
    const size = typeof input === 'number' ? [input, input, 3] : (input ?? resolved.entry.input);
    return {
      name: resolved.name,
      dialect: resolved.dialect,
      framework,
      width,
      input: size.join(),
      sized: input !== undefined,
    };
  } catch {
    // Not a network of the zoo.
    return undefined;
  }
}
