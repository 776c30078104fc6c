import { existsSync } from 'node:fs';
import { analyse } from '@convzoo/cost-analysis';
import { formatBytes, formatCount } from '@convzoo/cost-analysis/format';
import { nearestNames } from '@convzoo/zoo';
import { describeChoice, pickBackend } from '../backends.js';
import { describeFailure, EXIT, type Failure, UsageError } from '../errors.js';
import { classifyPicture, type Guess, type Times } from '../network/classifier.js';
import { DEFAULT_MODEL, type LoadedNetwork, loadNetwork } from '../network/load.js';
import { bar } from '../output/bar.js';
import { printJson, type Terminal, terminalOf } from '../output/terminal.js';
import { findPictures } from '../pictures/find.js';
import { displayName, samplePictures } from '../pictures/samples.js';
import { buildOptions } from './model-options.js';
import { backendHelp, COMMANDS, command, threadCount, threadsHelp, wholeNumber } from './options.js';

/** One entry of `--json`. */
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
    .addHelpText(
      'after',
      `
Examples:
  $ convzoo classify
  $ convzoo classify cat.jpg photos/ 'more/**/*.png' --top 5
  $ convzoo classify cat.jpg --model mobilenet_v2 --weights mobilenet_v2_1.0_224.h5
  $ convzoo classify cat.jpg --model resnet50 --pull
  $ convzoo classify cat.jpg --weights timm/resnet50.a1_in1k
  $ convzoo classify cat.jpg --model model.keras --labels names.txt
  $ convzoo classify cat.jpg --model ./my-net.ts --weights my-net.safetensors
  $ convzoo classify photos/ --json > answers.json`,
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
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
}

async function classify(inputs: readonly string[], options: ClassifyOptions): Promise<number> {
  const terminal = terminalOf(options);
  refuseMistypedCommand(inputs);
  const pictures = inputs.length === 0 ? samplePictures() : await findPictures(inputs);
  const network = await loadNetwork(options.model, { ...options, terminal, input: buildOptions(options).input });
  const choice = await pickBackend('few-pictures', { ...options, graph: network.graph });
  terminal.note(`Network: ${network.model}, ${network.origin}.`);
  terminal.note(`Backend: ${describeChoice(choice)}`);
  await using session = await choice.backend.prepare(network.graph, network.params);
  const answers: Answer[] = [];
  for (const picture of pictures) {
    const about = { image: picture, model: network.model, backend: choice.backend.name };
    try {
      const { top, times } = await classifyPicture(picture, network, session, options.top);
      answers.push({ ...about, top });
      if (options.json !== true) printAnswer(terminal, picture, top, times);
    } catch (error) {
      const failure = describeFailure(error);
      answers.push({ ...about, error: failure });
      if (options.json !== true)
        terminal.print(`\n${terminal.colors.bold(displayName(picture))}\n  ${terminal.colors.red(failure.message)}`);
    }
  }
  if (options.json === true) printJson(answers);
  else if (options.quiet !== true) printCost(terminal, network);
  return answers.some(({ error }) => error !== undefined) ? EXIT.failure : EXIT.ok;
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
  print(colors.dim(`  ${total.toFixed(0)} ms (${parts})`));
}

function printCost({ print, colors, width }: Terminal, { graph, model }: LoadedNetwork): void {
  const { total, input } = analyse(graph);
  const facts = [
    `${formatCount(total.params)} parameters`,
    `${formatBytes(total.weightBytes)} as float32`,
    `${formatCount(total.macs)} MACs = ${formatCount(total.flops)} FLOPs`,
  ];
  const oneLine = `  ${facts.join(', ')}`;
  print(`\n${colors.bold(`${model} costs`)} for one picture of ${input.slice(0, 2).join('x')}:`);
  print(oneLine.length <= width ? oneLine : facts.map((fact) => `  ${fact}`).join('\n'));
}
