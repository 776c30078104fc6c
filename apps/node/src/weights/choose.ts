import { resolveModel } from '@convzoo/zoo';
import { type PretrainedWeights, pretrainedFor } from '@convzoo/zoo/pretrained';
import { describeFailure, UsageError } from '../errors.js';
import { embedded } from '../network/embedded.js';
import type { Terminal } from '../output/terminal.js';
import { resolveWeights } from './resolve.js';

/** What the user says of weights. */
export interface WeightsWish {
  /** A file, a name of the catalogue, hf:// or https://. */
  readonly weights?: string | undefined;
  /** Whether published weights may be downloaded where none are named. */
  readonly pull?: boolean | undefined;
  readonly terminal?: Terminal | undefined;
}

export interface ChosenWeights {
  readonly path: string;
  /** For people: `weights of ...`. */
  readonly origin: string;
  /** The published weights that these are. */
  readonly entry?: PretrainedWeights | undefined;
}

/**
 * The weights for a network of the zoo: those the user names; or the embedded ones; or published ones, from the cache, or
 * downloaded if the user allows it.
 *
 * @throws UsageError `no-weights`, with the published weights that could be pulled
 */
export async function chooseWeights(model: string, { weights, pull, terminal }: WeightsWish): Promise<ChosenWeights> {
  if (weights !== undefined) return named(weights, terminal);
  if (resolveModel(model).name === embedded.model) {
    return { path: embedded.weightsPath, origin: `weights of ${embedded.package}, trained by this project` };
  }
  const [published] = pretrainedFor(model);
  if (published === undefined) throw noWeights(model);
  try {
    return await named(published.name, terminal, pull !== true);
  } catch (error) {
    if (pull !== true && describeFailure(error).code === 'offline') throw noWeights(model, published);
    throw error;
  }
}

async function named(text: string, terminal: Terminal | undefined, offline = false): Promise<ChosenWeights> {
  const { path, entry, from } = await resolveWeights(text, { terminal, ...(offline && { offline }) });
  return { path, entry, origin: `weights of ${entry?.name ?? text}${from === 'cache' ? ', from the cache' : ''}` };
}

function noWeights(model: string, published?: PretrainedWeights): UsageError {
  const file = 'give a file: --weights FILE (safetensors, PyTorch, Keras, TensorFlow.js or npz)';
  if (published === undefined) {
    return new UsageError('no-weights', `There are no published weights for ${model}. Please ${file}.`);
  }
  const { name, top1, mebibytes } = published;
  const facts = [
    ...(mebibytes === undefined ? [] : [`${mebibytes.toFixed(0)} MiB`]),
    ...(top1 === undefined ? [] : [`${top1.toFixed(2)} % top-1`]),
  ];
  const what = facts.length === 0 ? name : `${name} (${facts.join(', ')})`;
  return new UsageError(
    'no-weights',
    `There are no weights for ${model} on this machine. Published are ${what}: add --pull to download them, or name ` +
      `others of "convzoo weights list ${model}" by --weights. Or ${file}.`,
  );
}

/**
 * What to build for published weights, where the user has named their network or none: the input and the classes that they
 * were made for are theirs.
 */
export function specFor(model: string, { entry }: ChosenWeights): string {
  if (entry === undefined) return model;
  const [asked, own] = [resolveModel(model), resolveModel(entry.model, { dialect: entry.dialect })];
  const plain = asked.options.input === undefined && asked.options.width === undefined;
  const spec = entry.model.includes('/') ? entry.model : `${entry.dialect}/${entry.model}`;
  return plain && (asked.name === own.name || asked.name === embedded.model) ? spec : model;
}
