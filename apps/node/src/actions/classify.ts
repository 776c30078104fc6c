import { existsSync } from 'node:fs';
import { probabilitiesOf } from '@convzoo/runtime';
import { nearestNames } from '@convzoo/zoo';
import { describeChoice, pickBackend } from '../backends.js';
import { COMMANDS } from '../commands/names.js';
import { EXIT, type Failure, UsageError } from '../errors.js';
import { type Guess, topGuesses } from '../network/classifier.js';
import { type LoadedNetwork, loadNetwork } from '../network/load.js';
import { sessionOf } from '../network/session.js';
import { bar } from '../output/bar.js';
import { printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import { displayName, samplePictures } from '../pictures/samples.js';
import { type LineKind, NOTHING, openLines, readEarlier } from '../stream/lines-file.js';
import { openPictures, type Picture } from '../stream/picture.js';
import { preparerFor } from '../stream/preparer.js';
import { runPictures, stopOnSignal, writeStdout } from '../stream/run.js';
import type { Answered, Times } from '../stream/stream.js';
import { buildOptions, type NetworkOptions } from './model-options.js';

/** One entry of `--json`, or one line of `--jsonl`. */
interface Answer {
  readonly image: string;
  readonly model: string;
  readonly backend: string;
  readonly top?: readonly Guess[];
  readonly error?: Failure;
}

interface ClassifyOptions extends NetworkOptions {
  readonly labels?: string | undefined;
  readonly top: number;
  readonly output?: string | undefined;
  readonly resume?: boolean | undefined;
  readonly filesFrom?: string | undefined;
  readonly batch: number;
  readonly workers?: number | undefined;
}

export async function classify(inputs: readonly string[], options: ClassifyOptions): Promise<number> {
  const terminal = terminalOf(options);
  checkOptions(options);
  refuseMistypedCommand(inputs);
  const { output, filesFrom } = options;
  const asTheyCome = options.jsonl === true || output !== undefined;
  const pictures =
    inputs.length === 0 && filesFrom === undefined
      ? samplePictures().map((name) => ({ name }))
      : await openPictures(inputs, filesFrom);
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
  await using preparer = await preparerFor(network.preset, pictures.length, options.workers);
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
  // After `classify` it is a picture, and answered in its place.
  if (near === undefined && process.argv[2] !== first) return;
  const advice = near === undefined ? '"convzoo --help" lists the commands.' : `Did you mean ${near}?`;
  throw new UsageError('unknown-command', `There is no command and no picture called "${first}". ${advice}`);
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
    const drawn = bar(probability, room);
    const line = `  ${label.padEnd(longest)}  ${percent}${drawn === '' ? '' : `  ${colors.cyan(drawn)}`}`;
    print(rank === 0 ? line : colors.dim(line));
  });
  const parts = `decode ${times.decode.toFixed(0)}, preprocess ${times.preprocess.toFixed(0)}, network ${times.run.toFixed(0)}`;
  for (const line of wrapText(`  ${total.toFixed(0)} ms (${parts})`, width, '  ')) print(colors.dim(line));
}
