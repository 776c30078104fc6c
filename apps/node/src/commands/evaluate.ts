import { dirname } from 'node:path';
import { writeFileAtomic } from '@convzoo/weights/node';
import { describeChoice, pickBackend } from '../backends.js';
import { EXIT, UsageError } from '../errors.js';
import { type EvaluateOptions, type Evaluation, evaluate } from '../evaluation/evaluate.js';
import type { EvaluatedNetwork } from '../evaluation/html.js';
import { openLabelledSet } from '../evaluation/labelled-set.js';
import { wilsonInterval } from '../evaluation/tally.js';
import { printScores } from '../evaluation/text.js';
import { DEFAULT_MODEL, loadNetwork } from '../network/load.js';
import { prepareFolder } from '../output/folder.js';
import { printable } from '../output/printable.js';
import { startProgress } from '../output/progress.js';
import { printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { writeStdout } from '../stream/run.js';
import { buildOptions } from './model-options.js';
import { backendHelp, command, refuseBoth, threadCount, threadsHelp, wholeNumber } from './options.js';

export function evaluateCommand() {
  return command('evaluate')
    .description('Measure on labelled pictures how often a network is right, and how right its probabilities are')
    .argument(
      '<data>',
      'cifar10-jpeg.tar.gz, CIFAR-10 .bin or .bin.gz, or a folder with labels.json or a folder for each class',
    )
    .option(
      '-m, --model <name>',
      'network of the zoo, or a file: your own .ts or .js, a JSON graph, a Keras model',
      DEFAULT_MODEL,
    )
    .option(
      '-w, --weights <file>',
      'safetensors, PyTorch, Keras, TensorFlow.js, npz; a name of "weights list", hf://OWNER/REPO/FILE or https://...',
    )
    .option('--pull', 'download published weights where none are given')
    .option('--preset <name>', 'preprocessing that the weights were made for, where it is not the usual one')
    .option('--input <size>', 'height and width where not the usual ones: 224, or 97x131')
    .option('--labels <file>', 'class names where they are your own: one a line, or a JSON list')
    .option('--split <name>', 'train or test, where the data has both', 'test')
    .option('--limit <count>', 'at most so many pictures', wholeNumber(1))
    .option('--batch <count>', 'pictures a run; by default 1 to 256, by the size of the input', wholeNumber(1))
    .option('-b, --backend <name>', backendHelp)
    .option('--threads <count>', threadsHelp, threadCount)
    .option('--per-class', 'show every class, however many there are')
    .option('--confusion', 'show what each class is taken for: the whole matrix where it fits')
    .option('--calibration', 'show how often answers are right, by their confidence')
    .option('--jsonl', 'a line for each picture, in order, as soon as it is answered')
    .option('--svg <file>', 'the reliability diagram; NAME.confusion.svg beside it is the confusion matrix')
    .option('--html <file>', 'charts and all classes on one page')
    .addHelpText(
      'after',
      `
Intervals are Wilson's at 95 %. ECE is the expected calibration error over 15
bins of confidence (Guo et al. 2017). A line of --jsonl: { index, image, label,
predicted, probability, place }, or { index, image, error } in its place.

Examples:
  $ convzoo evaluate cifar10-jpeg.tar.gz
  $ convzoo evaluate cifar10-jpeg.tar.gz --confusion --calibration
  $ convzoo evaluate cifar10-jpeg.tar.gz --html report.html
  $ convzoo evaluate cifar10-jpeg.tar.gz --jsonl > pictures.jsonl
  $ convzoo evaluate photos/ --model mobilenet_v2 --json \\
      --weights mobilenet_v2_1.0_224.h5
  $ convzoo evaluate photos/ --model model.keras --labels names.txt`,
    )
    .action(async (data, options) => {
      process.exitCode = await run(data, options);
    });
}

interface EvaluateCommandOptions {
  readonly model: string;
  readonly weights?: string | undefined;
  readonly pull?: boolean | undefined;
  readonly preset?: string | undefined;
  readonly labels?: string | undefined;
  readonly input?: string | undefined;
  readonly split: string;
  readonly limit?: number | undefined;
  readonly batch?: number | undefined;
  readonly backend?: string | undefined;
  readonly threads?: number | undefined;
  readonly perClass?: boolean | undefined;
  readonly confusion?: boolean | undefined;
  readonly calibration?: boolean | undefined;
  readonly jsonl?: boolean | undefined;
  readonly svg?: string | undefined;
  readonly html?: string | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
}

/** Pixels that a run may take by default: large enough to keep the processor busy, small enough for the memory. */
const PIXELS_A_RUN = 512 * 512;

async function run(data: string, options: EvaluateCommandOptions): Promise<number> {
  const terminal = terminalOf(options);
  const { split, svg, html } = options;
  if (split !== 'train' && split !== 'test')
    throw new UsageError('bad-option', `--split is train or test; got "${split}".`);
  refuseBoth(options);
  const network = await loadNetwork(options.model, { ...options, terminal, input: buildOptions(options).input });
  const { labels, outputs } = network;
  const whole = await openLabelledSet(data, split, labels);
  const set = { ...whole, size: Math.min(whole.size, options.limit ?? whole.size) };
  for (const file of [svg, html]) if (file !== undefined) await prepareFolder(dirname(file));
  const choice = await pickBackend('long-work', {
    ...options,
    graph: network.graph,
    pictures: set.size,
    measuring: terminal.note,
  });
  terminal.note(`Network: ${network.model}, ${network.origin}.`);
  terminal.note(`Backend: ${describeChoice(choice)}`);
  await using session = await choice.backend.prepare(network.graph, network.params);
  const [, height = 1, width = 1] = [0, ...(network.graph.nodes[0]?.shape ?? [])];
  const batch = options.batch ?? Math.min(Math.max(Math.floor(PIXELS_A_RUN / (height * width)), 1), 256);
  const progress = startProgress(terminal, set.size, 'evaluate');
  const started = performance.now();
  const result = await evaluate(set, session, network.preset, {
    batch,
    outputs,
    classes: labels.length,
    onProgress: (done, right) => progress.update(done, `top-1 ${((100 * right) / done).toFixed(2)} %`),
    ...(options.jsonl === true && { onPicture: writeLine }),
  }).finally(() => progress.stop());
  const seconds = (performance.now() - started) / 1000;
  const about: EvaluatedNetwork = { ...network, backend: choice.backend.name, data };
  await writePictures(about, result, { svg, html }, terminal);
  if (options.json === true) printJson(toJson(about, result, seconds));
  else if (options.jsonl === true) terminal.note(`top-1 ${result.top1} of ${result.of}, top-5 ${result.top5}.`);
  else print(about, result, seconds, options, terminal);
  return result.failed.length > 0 || result.of === 0 ? EXIT.failure : EXIT.ok;
}

const writeLine: NonNullable<EvaluateOptions['onPicture']> = async (picture) => {
  const { index, image } = picture;
  const line =
    'code' in picture
      ? { index, image, error: { code: picture.code, message: picture.message } }
      : {
          ...{ index, image, label: picture.label, predicted: picture.predicted },
          ...{ probability: picture.probabilities[picture.predicted], place: picture.place },
        };
  await writeStdout(`${JSON.stringify(line)}\n`);
};

async function writePictures(
  about: EvaluatedNetwork,
  result: Evaluation,
  { svg, html }: { readonly svg: string | undefined; readonly html: string | undefined },
  terminal: Terminal,
): Promise<void> {
  const write = async (path: string, text: string): Promise<void> => {
    await writeFileAtomic(path, text);
    terminal.note(`Wrote ${path}.`);
  };
  if (svg !== undefined) {
    const { evaluationSvgs } = await import('../evaluation/charts.js');
    const { reliability, confusion } = await evaluationSvgs(about.model, about.labels, result);
    await write(svg, reliability);
    await write(`${svg.replace(/\.svg$/i, '')}.confusion.svg`, confusion);
  }
  if (html !== undefined) {
    const { evaluationHtml } = await import('../evaluation/html.js');
    await write(html, await evaluationHtml(about, result));
  }
}

function toJson({ model, backend, data, labels }: EvaluatedNetwork, result: Evaluation, seconds: number): object {
  const { of, top1, top5, classes, macro, confusion, calibration, failed } = result;
  const accuracy = (right: number) => ({ right, accuracy: right / of, interval95: wilsonInterval(right, of) });
  return {
    ...{ model, backend, data, pictures: of, top1: accuracy(top1), top5: accuracy(top5), seconds },
    ...{ calibration, macro },
    classes: classes
      .filter(({ pictures, predicted }) => pictures + predicted > 0)
      .map(({ index, ...each }) => ({ index, label: labels[index], ...each })),
    confusion,
    failed,
  };
}

function print(
  { model, data, backend, labels }: EvaluatedNetwork,
  result: Evaluation,
  seconds: number,
  { perClass = false, confusion = false, calibration = false }: EvaluateCommandOptions,
  terminal: Terminal,
): void {
  const { colors, width } = terminal;
  const [head = '', ...rest] = wrapText(printable(`${model} on ${result.of} pictures of ${data}`), width, '  ');
  terminal.print(colors.bold(head));
  for (const line of rest) terminal.print(colors.bold(line));
  if (result.of > 0) printScores(terminal, labels, result, { perClass, confusion, calibration });
  terminal.print('');
  const rate = `  ${(result.of / seconds).toFixed(0)} pictures/s with decoding, on ${backend}`;
  for (const line of wrapText(rate, width, '  ')) terminal.print(colors.dim(line));
  for (const { image, message } of result.failed)
    for (const line of wrapText(printable(`  ${image} failed: ${message}`), width, '    '))
      terminal.print(colors.red(line));
}
