import { describeChoice, pickBackend } from '../backends.js';
import { formats } from '../choices.js';
import { EXIT, UsageError } from '../errors.js';
import { type Embedding, embeddingAt, prepareEmbedding, vectorOf } from '../interpretation/embedding.js';
import {
  arrayToFile,
  type FeatureAnswer,
  type FeatureOutput,
  jsonToStdout,
  linesToFile,
  linesToStdout,
  textToStdout,
} from '../interpretation/feature-output.js';
import { NearestIndex, readIndex } from '../interpretation/nearest.js';
import { nearestToFile } from '../interpretation/nearest-output.js';
import { loadNetwork } from '../network/load.js';
import { type Terminal, terminalOf } from '../output/terminal.js';
import { openPictures, type Picture } from '../stream/picture.js';
import { preparerFor } from '../stream/preparer.js';
import { runPictures, stopOnSignal } from '../stream/run.js';
import type { Answered } from '../stream/stream.js';
import { buildOptions, type NetworkOptions, oneOf } from './model-options.js';

interface FeaturesOptions extends NetworkOptions {
  readonly layer?: string | undefined;
  readonly format?: string | undefined;
  readonly output?: string | undefined;
  readonly resume?: boolean | undefined;
  readonly filesFrom?: string | undefined;
  readonly batch: number;
  readonly workers?: number | undefined;
  readonly nearest?: number | undefined;
  readonly index?: string | undefined;
}

export async function features(inputs: readonly string[], options: FeaturesOptions): Promise<number> {
  const terminal = terminalOf(options);
  checkOptions(inputs, options);
  const { nearest, output, batch } = options;
  const pictures = await openPictures(inputs, options.filesFrom);
  const network = await loadNetwork(options.model, { ...options, terminal, input: buildOptions(options).input });
  const embedding = embeddingAt(network.graph, options.layer);
  const { layer, size, pooled } = embedding;
  const given = options.index === undefined ? undefined : await readIndex(options.index, layer, size);
  await using sink = await sinkFor(options, terminal, pictures, embedding);
  const choice = await pickBackend('few-pictures', {
    ...options,
    graph: network.graph,
    pictures: sink.left.length,
    measuring: terminal.note,
  });
  // Any of the others may be the nearest: all have to be known first, here or, to be gone on with, in a file.
  const own = nearest === undefined || given !== undefined || output !== undefined ? undefined : new NearestIndex();
  const asTheyCome = options.json !== true && own === undefined;
  using stop = stopOnSignal(asTheyCome);
  terminal.note(`Network: ${network.model}, ${network.origin}.`);
  terminal.note(`Layer: ${layer}, ${size} values${pooled ? ', the mean over the places of its map' : ''}.`);
  terminal.note(`Backend: ${describeChoice(choice)}`);
  const before = pictures.length - sink.left.length;
  if (before > 0) terminal.note(`${before} of ${pictures.length} pictures are in ${output} already.`);

  await using session = await prepareEmbedding(choice.backend, network, embedding);
  await using preparer = await preparerFor(network.preset, pictures.length, options.workers);
  const waiting: FeatureAnswer[] = [];
  let failures = sink.failures;
  const work = { terminal, label: 'features', session, preparer, batch, asTheyCome, output, stop };
  await runPictures(sink.left, work, async (group) => {
    const answers = group.map((each) => answerOf(each, embedding));
    failures += answers.filter(({ vector }) => vector === undefined).length;
    if (own === undefined)
      return sink.add(
        answers.map((each) => entered(each, embedding, given === undefined ? undefined : nearest, given)),
      );
    for (const { entry, vector } of answers) {
      if (vector !== undefined) own.add(entry.image, vector);
      waiting.push({ entry });
    }
  });
  for (const { entry } of waiting) {
    const answer = { entry, vector: own?.directionOf(entry.image) };
    await sink.add([entered(answer, embedding, nearest, own)]);
  }
  await sink.finish();
  if (output !== undefined)
    terminal.note(`Wrote ${output}: ${pictures.length - failures} of ${pictures.length} pictures.`);
  return failures > 0 ? EXIT.failure : EXIT.ok;
}

/** A picture's name with its vector, or why it has none. */
function answerOf(answered: Answered, embedding: Embedding): FeatureAnswer {
  const image = answered.picture.name;
  if ('failure' in answered) return { entry: { image, error: answered.failure } };
  return { entry: { image }, vector: vectorOf(answered.output, embedding) };
}

/** The answer with what is said of it: the vector, or the nearest of an index. */
function entered(
  { entry, vector }: FeatureAnswer,
  { layer }: Embedding,
  count: number | undefined,
  index: NearestIndex | undefined,
): FeatureAnswer {
  if (vector === undefined) return { entry };
  const { image } = entry;
  if (count !== undefined) return { entry: { image, nearest: index?.nearest(image, vector, count) ?? [] }, vector };
  return { entry: { image, layer, features: Array.from(vector, shortest) }, vector };
}

/** Nine digits tell every float32 from the next. */
const shortest = (value: number): number => Number(value.toPrecision(9));

async function sinkFor(
  { format, output, nearest, index, json, jsonl, resume = false }: FeaturesOptions,
  terminal: Terminal,
  pictures: readonly Picture[],
  { layer, size }: Embedding,
): Promise<FeatureOutput> {
  if (output !== undefined) {
    const about = { layer, size, resume };
    if (format === 'npy') return arrayToFile(output, pictures, about);
    if (nearest !== undefined && index === undefined) return nearestToFile(output, pictures, about, nearest);
    return linesToFile(output, pictures, { ...about, nearest: nearest !== undefined });
  }
  if (json === true) return jsonToStdout(pictures);
  const lines = nearest === undefined || format !== undefined || jsonl === true;
  return lines ? linesToStdout(pictures) : textToStdout(pictures, terminal);
}

function checkOptions(inputs: readonly string[], options: FeaturesOptions): void {
  const { format, output, nearest, index, json, jsonl, resume } = options;
  const chosen = oneOf(formats, format, '--format');
  const wrong = (message: string): never => {
    throw new UsageError('bad-option', message);
  };
  if (inputs.length === 0 && options.filesFrom === undefined)
    wrong('Name pictures, a folder or a pattern; or a list of them by --files-from FILE.');
  if (chosen === 'npy' && jsonl === true) wrong('--format npy and --jsonl are two ways to write: choose one.');
  if (chosen === 'npy' && output === undefined) wrong('--format npy writes a file: say which by -o FILE.npy.');
  if (chosen === 'npy' && nearest !== undefined) wrong('--nearest gives names, which .npy cannot hold: use jsonl.');
  if (index !== undefined && nearest === undefined) wrong('--index is for --nearest COUNT.');
  if (resume === true && output === undefined) wrong('--resume goes on with the file of --output; name it.');
  if (json === true && (output !== undefined || chosen !== undefined || jsonl === true))
    wrong('--json writes one array to stdout: leave -o and --format out, or --json.');
}
