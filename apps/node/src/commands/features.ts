import { dirname } from 'node:path';
import { describeChoice, pickBackend } from '../backends.js';
import { describeFailure, EXIT, type Failure, UsageError } from '../errors.js';
import { embed, embeddingAt, prepareEmbedding } from '../interpretation/embedding.js';
import {
  arrayToFile,
  type FeatureEntry,
  type FeatureOutput,
  linesToFile,
  linesToStdout,
} from '../interpretation/feature-output.js';
import { NearestIndex, readIndex } from '../interpretation/nearest.js';
import { DEFAULT_MODEL, loadNetwork } from '../network/load.js';
import { prepareFolder } from '../output/folder.js';
import { printable, shorten } from '../output/printable.js';
import { startProgress } from '../output/progress.js';
import { printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { findPictures } from '../pictures/find.js';
import { buildOptions, oneOf } from './model-options.js';
import { backendHelp, command, threadCount, threadsHelp, wholeNumber } from './options.js';

const formats = ['jsonl', 'npy'] as const;

export function featuresCommand() {
  return command('features')
    .description('Turn pictures into vectors, and find pictures that are alike')
    .argument('<pictures...>', 'files, folders or patterns')
    .option('-m, --model <name>', 'network of the zoo, or a file: .ts, .js, JSON graph, Keras model', DEFAULT_MODEL)
    .option('-w, --weights <file>', 'a file, a name of "weights list", hf://OWNER/REPO/FILE or https://...')
    .option('--pull', 'download published weights where none are given')
    .option('--layer <name>', 'a tap or node; what the classifier reads if not given. Of a map, the mean is taken')
    .option('--format <name>', `${formats.join(', ')}; npy needs -o`)
    .option('-o, --output <file>', 'where to write; stdout if not given')
    .option('--nearest <count>', 'the most similar pictures (cosine) in place of the vectors', wholeNumber(1))
    .option('--index <file>', 'JSON Lines of "features" to look for the nearest in; else the pictures themselves')
    .option('--preset <name>', 'preprocessing that the weights were made for, where it is not the usual one')
    .option('--input <size>', 'height and width where not the usual ones: 224, or 97x131')
    .option('-b, --backend <name>', backendHelp)
    .option('--threads <count>', threadsHelp, threadCount)
    .addHelpText(
      'after',
      `
A line: { image, layer, features }, or { image, error } in its place. Beside
FILE.npy, FILE.npy.txt names the picture of each row; one that failed is NaN.

Examples:
  $ convzoo features photos/ -o photos.jsonl
  $ convzoo features photos/ --model resnet50 --pull --format npy -o photos.npy
  $ convzoo features cat.jpg --layer layer2 | head -1
  $ convzoo features photos/ --nearest 3
  $ convzoo features cat.jpg --nearest 5 --index photos.jsonl`,
    )
    .action(async (inputs, options) => {
      process.exitCode = await features(inputs, options);
    });
}

interface FeaturesOptions {
  readonly model: string;
  readonly weights?: string | undefined;
  readonly pull?: boolean | undefined;
  readonly layer?: string | undefined;
  readonly format?: string | undefined;
  readonly output?: string | undefined;
  readonly nearest?: number | undefined;
  readonly index?: string | undefined;
  readonly preset?: string | undefined;
  readonly input?: string | undefined;
  readonly backend?: string | undefined;
  readonly threads?: number | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
}

async function features(inputs: readonly string[], options: FeaturesOptions): Promise<number> {
  const terminal = terminalOf(options);
  checkOptions(options);
  const pictures = await findPictures(inputs);
  const network = await loadNetwork(options.model, { ...options, terminal, input: buildOptions(options).input });
  const embedding = embeddingAt(network.graph, options.layer);
  const { layer, size, pooled } = embedding;
  const { nearest, output } = options;
  const given = options.index === undefined ? undefined : await readIndex(options.index, layer, size);
  const choice = await pickBackend('few-pictures', { ...options, graph: network.graph });
  terminal.note(`Network: ${network.model}, ${network.origin}.`);
  terminal.note(`Layer: ${layer}, ${size} values${pooled ? ', the mean over the places of its map' : ''}.`);
  terminal.note(`Backend: ${describeChoice(choice)}`);
  if (output !== undefined) await prepareFolder(dirname(output));
  await using session = await prepareEmbedding(choice.backend, network, embedding);
  const sink = await sinkFor(options, terminal, pictures, size);
  const progress = output === undefined ? undefined : startProgress(terminal, pictures.length, 'features');
  const own = new NearestIndex();
  const waiting: { readonly image: string; readonly vector?: Float32Array; readonly error?: Failure }[] = [];
  let failed = 0;
  try {
    for (const [i, image] of pictures.entries()) {
      const vector = await embed(image, network, session, embedding).catch((error: unknown) => describeFailure(error));
      const found = vector instanceof Float32Array ? { vector } : { error: vector };
      if (found.error !== undefined) failed++;
      if (nearest !== undefined && given === undefined) {
        // Any of the others may be the nearest: all have to be known first.
        if (found.vector !== undefined) own.add(image, found.vector);
        waiting.push({ image, ...found });
      } else {
        await sink.add(entryOf(image, found, layer, nearest, given), found.vector);
      }
      progress?.update(i + 1, failed === 0 ? '' : `${failed} failed`);
    }
    for (const { image, ...found } of waiting) await sink.add(entryOf(image, found, layer, nearest, own), found.vector);
    await sink.finish();
  } catch (error) {
    await sink.abandon();
    throw error;
  } finally {
    progress?.stop();
  }
  if (output !== undefined)
    terminal.note(`Wrote ${output}: ${pictures.length - failed} of ${pictures.length} pictures.`);
  return failed > 0 ? EXIT.failure : EXIT.ok;
}

interface Found {
  readonly vector?: Float32Array;
  readonly error?: Failure;
}

function entryOf(
  image: string,
  { vector, error }: Found,
  layer: string,
  count: number | undefined,
  index: NearestIndex | undefined,
): FeatureEntry {
  if (vector === undefined) return { image, ...(error !== undefined && { error }) };
  if (count !== undefined) return { image, nearest: index?.nearest(image, vector, count) ?? [] };
  return { image, layer, features: Array.from(vector, shortest) };
}

/** Nine digits tell every float32 from the next. */
const shortest = (value: number): number => Number(value.toPrecision(9));

async function sinkFor(
  { format, output, nearest, json }: FeaturesOptions,
  terminal: Terminal,
  pictures: readonly string[],
  size: number,
): Promise<FeatureOutput> {
  if (output !== undefined) return format === 'npy' ? arrayToFile(output, pictures, size) : linesToFile(output);
  if (json === true) return jsonSink();
  return nearest !== undefined && format === undefined ? textSink(terminal) : linesToStdout();
}

function jsonSink(): FeatureOutput {
  const entries: FeatureEntry[] = [];
  return {
    add: async (entry) => void entries.push(entry),
    finish: async () => printJson(entries),
    abandon: async () => undefined,
  };
}

/** The nearest pictures for people. */
function textSink({ print, colors, width }: Terminal): FeatureOutput {
  return {
    async add(entry) {
      print(`\n${colors.bold(printable(entry.image))}`);
      if (entry.error !== undefined) print(`  ${colors.red(printable(entry.error.message))}`);
      for (const { image, similarity } of entry.nearest ?? []) {
        print(`  ${similarity.toFixed(3).padStart(6)}  ${shorten(printable(image), Math.max(width - 10, 10))}`);
      }
    },
    finish: async () => undefined,
    abandon: async () => undefined,
  };
}

function checkOptions({ format, output, nearest, index, json }: FeaturesOptions): void {
  const chosen = oneOf(formats, format, '--format');
  const wrong = (message: string): never => {
    throw new UsageError('bad-option', message);
  };
  if (chosen === 'npy' && output === undefined) wrong('--format npy writes a file: say which by -o FILE.npy.');
  if (chosen === 'npy' && nearest !== undefined) wrong('--nearest gives names, which .npy cannot hold: use jsonl.');
  if (index !== undefined && nearest === undefined) wrong('--index is for --nearest COUNT.');
  if (json === true && (output !== undefined || chosen !== undefined)) {
    wrong('--json writes one array to stdout: leave -o and --format out, or --json.');
  }
}
