import { existsSync } from 'node:fs';
import { probabilitiesOf } from '@convzoo/runtime';
import { nearestNames } from '@convzoo/zoo';
import { describeChoice, pickBackend } from '../backends.js';
import { EXIT, type Failure, UsageError } from '../errors.js';
import { type Guess, topGuesses } from '../network/classifier.js';
import { DEFAULT_MODEL, type LoadedNetwork, loadNetwork } from '../network/load.js';
import { sessionOf } from '../network/session.js';
import { bar } from '../output/bar.js';
import { printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { displayName, samplePictures } from '../pictures/samples.js';
import { type LineKind, NOTHING, openLines, readEarlier } from '../stream/lines-file.js';
import { openPictures, type Picture } from '../stream/picture.js';
import { startDecoding } from '../stream/preparer.js';
import { runPictures, stopOnSignal, writeStdout } from '../stream/run.js';
import type { Answered, Times } from '../stream/stream.js';
import { buildOptions } from './model-options.js';
import { backendHelp, COMMANDS, command, threadCount, threadsHelp, wholeNumber, workerCount } from './options.js';

/** One entry of `--json`, or one line of `--jsonl`. */
interface Answer {
  readonly image: string;
  readonly model: string;
  readonly backend: string;
  readonly top?: readonly Guess[];
  readonly error?: Failure;
}

export function classifyCommand() {
  return command('classify')
    .description('Say what is on pictures')
    .argument('[pictures...]', 'files, folders or patterns; sample photographs if none are given')
    .option(
      '-m, --model <name>',
      'network of the zoo, e.g. mobilenet_v2@0.5,160, or a file: your own .ts or .js, a JSON graph, a Keras model',
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
    .option('-t, --top <count>', 'classes to show', wholeNumber(1), 3)
    .option('-b, --backend <name>', backendHelp)
    .option('--threads <count>', threadsHelp, threadCount)
    .option('--jsonl', 'an answer a line, in order, as soon as it is there')
    .option('-o, --output <file>', 'write such lines to a file; progress stays on the terminal')
    .option('--resume', 'go on with --output where it ends, after a break')
    .option('--files-from <file>', 'names of pictures, one a line; - for standard input')
    .option('--batch <count>', 'pictures that the network takes at once', wholeNumber(1), 1)
    .option('--workers <count>', 'threads that decode meanwhile; 1 for many pictures if not given', workerCount)
    .addHelpText(
      'after',
      `
Examples:
  $ convzoo classify
  $ convzoo classify cat.jpg photos/ 'more/**/*.png' --top 5
  $ convzoo classify cat.jpg --model mobilenet_v2 \\
      --weights mobilenet_v2_1.0_224.h5
  $ convzoo classify cat.jpg --model resnet50 --pull
  $ convzoo classify cat.jpg --weights timm/resnet50.a1_in1k
  $ convzoo classify cat.jpg --model model.keras --labels names.txt
  $ convzoo classify cat.jpg --model ./my-net.ts --weights my-net.safetensors
  $ convzoo classify photos/ --json > answers.json
  $ curl -s https://example.org/cat.jpg | convzoo classify -
  $ find . -name '*.jpg' | convzoo classify --files-from - --jsonl | head
  $ convzoo classify 'photos/**' -o answers.jsonl --batch 8 --workers 2
  $ convzoo classify 'photos/**' -o answers.jsonl --batch 8 --workers 2 --resume`,
    )
    .action(async (inputs, options) => {
      process.exitCode = await classify(inputs, options);
    });
}

interface ClassifyOptions {
  readonly model: string;
  readonly weights?: string | undefined;
  readonly pull?: boolean | undefined;
  readonly preset?: string | undefined;
  readonly labels?: string | undefined;
  readonly input?: string | undefined;
  readonly top: number;
  readonly backend?: string | undefined;
  readonly threads?: number | undefined;
  readonly jsonl?: boolean | undefined;
  readonly output?: string | undefined;
  readonly resume?: boolean | undefined;
  readonly filesFrom?: string | undefined;
  readonly batch: number;
  readonly workers?: number | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
}

async function classify(inputs: readonly string[], options: ClassifyOptions): Promise<number> {
  const terminal = terminalOf(options);
  checkOptions(options);
  refuseMistypedCommand(inputs);
  const { output, filesFrom } = options;
  const asTheyCome = options.jsonl === true || output !== undefined;
  const pictures =
    inputs.length === 0 && filesFrom === undefined
      ? samplePictures().map((name) => ({ name }))
      : await openPictures(inputs, filesFrom);
  const decoding = startDecoding(pictures, options.workers);
  const { input } = buildOptions(options);
  const network = await loadNetwork(options.model, { ...options, terminal, input, lazy: true });
  const earlier =
    output === undefined ? NOTHING : await readEarlier(output, kindOf(network.model), options.resume === true);
  const left = pictures.filter(({ name }) => !earlier.images.has(name));
  const choice = await pickBackend('few-pictures', {
    ...options,
    graph: network.graph,
    pictures: left.length,
    measuring: terminal.note,
  });
  using stop = stopOnSignal(asTheyCome);
  terminal.note(`Network: ${network.model}, ${network.origin}.`);
  terminal.note(`Backend: ${describeChoice(choice)}`);
  if (earlier.images.size > 0)
    terminal.note(`${pictures.length - left.length} of ${pictures.length} pictures are answered in ${output} already.`);

  await using session = await sessionOf(choice.backend, network);
  await using preparer = await decoding.preparer(network.preset);
  await using file = output === undefined ? undefined : await openLines(output, earlier);
  const write = file === undefined ? writeStdout : file.write;
  const about = { model: network.model, backend: choice.backend.name };
  const answers: Answer[] = [];
  let failures = earlier.failures;
  // Loaded while the network computes, and told where it is awaited.
  const costing =
    asTheyCome || options.json === true || options.quiet === true ? undefined : import('../classification/cost.js');
  costing?.catch(() => undefined);
  const work = { terminal, label: 'classify', session, preparer, batch: options.batch, asTheyCome, output, stop };
  await runPictures(left, work, async (group) => {
    const found = group.map((each) => classified(each, network, options.top));
    failures += found.filter((each) => 'failure' in each).length;
    const entries = found.map((each) => answerOf(each, about));
    if (asTheyCome) await write(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    else if (options.json === true) answers.push(...entries);
    else for (const each of found) printClassified(terminal, each);
  });
  if (options.json === true) printJson(answers);
  (await costing)?.printCost(terminal, network);
  return failures > 0 ? EXIT.failure : EXIT.ok;
}

/** Lines of classify, which are of a network. */
const kindOf = (model: string): LineKind => ({
  command: 'classify',
  subject: model,
  subjectOf: (line) => (typeof line['model'] === 'string' ? line['model'] : undefined),
});

function checkOptions({ json, jsonl, output, resume }: ClassifyOptions): void {
  if (json === true && (jsonl === true || output !== undefined)) {
    throw new UsageError(
      'bad-option',
      '--json is one array at the end, --jsonl and --output a line at once: choose one.',
    );
  }
  if (resume === true && output === undefined) {
    throw new UsageError('bad-option', '--resume goes on with the file of --output; name it.');
  }
}

type Classified =
  | { readonly picture: Picture; readonly top: readonly Guess[]; readonly times: Times }
  | Extract<Answered, { failure: Failure }>;

function classified(answered: Answered, { outputs, labels }: LoadedNetwork, count: number): Classified {
  if ('failure' in answered) return answered;
  const { picture, output, times } = answered;
  return { picture, top: topGuesses(probabilitiesOf(output, outputs), labels, count), times };
}

function answerOf(classified: Classified, about: Pick<Answer, 'model' | 'backend'>): Answer {
  const head = { image: classified.picture.name, ...about };
  return 'failure' in classified ? { ...head, error: classified.failure } : { ...head, top: classified.top };
}

/** Words without an ending that are no files were probably meant as commands: `convzoo clasify cat.jpg`. */
function refuseMistypedCommand([first]: readonly string[]): void {
  if (first === undefined || !/^[a-z]+$/.test(first) || existsSync(first)) return;
  const [near] = nearestNames(first, COMMANDS);
  if (near === undefined) return;
  throw new UsageError(
    'unknown-command',
    `There is no command and no picture called "${first}". Did you mean ${near}?`,
  );
}

/** Columns for the bar of a probability. */
const BAR = 30;

function printClassified(terminal: Terminal, classified: Classified): void {
  const { print, colors } = terminal;
  const { name } = classified.picture;
  if (!('failure' in classified)) printAnswer(terminal, name, classified.top, classified.times);
  else print(`\n${colors.bold(displayName(name))}\n  ${colors.red(classified.failure.message)}`);
}

function printAnswer({ print, colors, width }: Terminal, picture: string, top: readonly Guess[], times: Times): void {
  const longest = Math.max(...top.map(({ label }) => label.length));
  const room = Math.max(Math.min(BAR, width - longest - 14), 0);
  const total = times.decode + times.preprocess + times.run;
  print(`\n${colors.bold(displayName(picture))}`);
  top.forEach(({ label, probability }, rank) => {
    const percent = `${(100 * probability).toFixed(1)} %`.padStart(7);
    const line = `  ${label.padEnd(longest)}  ${percent}  ${colors.cyan(bar(probability, room))}`.trimEnd();
    print(rank === 0 ? line : colors.dim(line));
  });
  const parts = `decode ${times.decode.toFixed(0)}, preprocess ${times.preprocess.toFixed(0)}, network ${times.run.toFixed(0)}`;
  for (const line of wrapText(`  ${total.toFixed(0)} ms (${parts})`, width, '  ')) print(colors.dim(line));
}
