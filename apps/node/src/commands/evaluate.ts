import { outputOf, sizeOf } from '@convzoo/layers';
import { describeChoice, pickBackend } from '../backends.js';
import { EXIT, UsageError } from '../errors.js';
import { evaluate, wilsonInterval } from '../evaluation/evaluate.js';
import { openLabelledSet } from '../evaluation/labelled-set.js';
import { DEFAULT_MODEL, loadNetwork } from '../network/load.js';
import { startProgress } from '../output/progress.js';
import { printJson, terminalOf } from '../output/terminal.js';
import { buildOptions } from './model-options.js';
import { backendHelp, command, threadCount, threadsHelp, wholeNumber } from './options.js';

export function evaluateCommand() {
  return command('evaluate')
    .description('Measure top-1 and top-5 accuracy on labelled pictures')
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
    .addHelpText(
      'after',
      `
Examples:
  $ convzoo evaluate cifar10-jpeg.tar.gz
  $ convzoo evaluate photos/ --model mobilenet_v2 --weights mobilenet_v2_1.0_224.h5 --json
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
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
}

/** Pixels that a run may take by default: large enough to keep the processor busy, small enough for the memory. */
const PIXELS_A_RUN = 512 * 512;

async function run(data: string, options: EvaluateCommandOptions): Promise<number> {
  const terminal = terminalOf(options);
  const { split } = options;
  if (split !== 'train' && split !== 'test')
    throw new UsageError('bad-option', `--split is train or test; got "${split}".`);
  const network = await loadNetwork(options.model, { ...options, terminal, input: buildOptions(options).input });
  if (sizeOf(outputOf(network.graph).shape) === 1) {
    throw new UsageError(
      'bad-option',
      `${options.model} has one output; to count right answers it needs one for each class.`,
    );
  }
  const whole = await openLabelledSet(data, split, network.labels);
  const set = { ...whole, size: Math.min(whole.size, options.limit ?? whole.size) };
  const choice = await pickBackend('long-work', { ...options, graph: network.graph });
  terminal.note(`Network: ${network.model}, ${network.origin}.`);
  terminal.note(`Backend: ${describeChoice(choice)}`);
  await using session = await choice.backend.prepare(network.graph, network.params);
  const [, height = 1, width = 1] = [0, ...(network.graph.nodes[0]?.shape ?? [])];
  const batch = options.batch ?? Math.min(Math.max(Math.floor(PIXELS_A_RUN / (height * width)), 1), 256);
  const progress = startProgress(terminal, set.size, 'evaluate');
  const started = performance.now();
  const result = await evaluate(set, session, network.preset, {
    batch,
    onProgress: (done, right) => progress.update(done, `top-1 ${((100 * right) / done).toFixed(2)} %`),
  }).finally(() => progress.stop());
  const seconds = (performance.now() - started) / 1000;
  const { of, top1, top5, failed } = result;
  const [low, high] = wilsonInterval(top1, of);
  if (options.json === true) {
    printJson({
      model: network.model,
      backend: choice.backend.name,
      data,
      pictures: of,
      top1: { right: top1, accuracy: top1 / of, interval95: [low, high] },
      top5: { right: top5, accuracy: top5 / of },
      seconds,
      failed,
    });
  } else {
    terminal.print(`${terminal.colors.bold(network.model)} on ${of} pictures of ${data}`);
    terminal.print(
      `  top-1  ${percent(top1 / of)}  (${top1} of ${of}; 95 % interval ${percent(low)} to ${percent(high)})`,
    );
    terminal.print(`  top-5  ${percent(top5 / of)}  (${top5} of ${of})`);
    terminal.print(
      terminal.colors.dim(`  ${(of / seconds).toFixed(0)} pictures/s with decoding, on ${choice.backend.name}`),
    );
    for (const { index, message } of failed)
      terminal.print(terminal.colors.red(`  picture ${index} failed: ${message}`));
  }
  return failed.length > 0 || of === 0 ? EXIT.failure : EXIT.ok;
}

const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
