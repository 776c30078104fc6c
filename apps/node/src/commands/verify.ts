import { DEFAULT_TOLERANCE, parseRename } from '@convzoo/parity';
import type { NamePair } from '@convzoo/weights';
import { InvalidArgumentError } from 'commander';
import { describeChoice, pickBackend } from '../backends.js';
import { EXIT, UsageError } from '../errors.js';
import { printJson, terminalOf } from '../output/terminal.js';
import { writeStdout } from '../stream/run.js';
import { type NetworkFinder, networkFinder } from '../verify/networks.js';
import { chooseCases, readGoldens } from '../verify/records.js';
import { formatOutcome, outcomeToJson, summarise } from '../verify/report.js';
import { type Outcome, verifyRecord } from '../verify/run.js';
import { script } from '../verify/script.js';
import { backendHelp, command, refuseBoth, threadCount, threadsHelp } from './options.js';

interface VerifyOptions {
  readonly golden?: string | undefined;
  readonly keys?: string | undefined;
  readonly case?: readonly string[] | undefined;
  readonly backend?: string | undefined;
  readonly threads?: number | undefined;
  readonly tolerance: number;
  readonly rename?: readonly NamePair[] | undefined;
  readonly verbose?: boolean | undefined;
  readonly script?: boolean | undefined;
  readonly jsonl?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly quiet?: boolean | undefined;
  readonly color?: boolean | undefined;
}

const tolerance = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !(value > 0 && value <= 1)) {
    throw new InvalidArgumentError('It must be a number above 0, up to 1, such as 1e-4.');
  }
  return value;
};

function collect(text: string, before: readonly NamePair[] = []): readonly NamePair[] {
  try {
    return [...before, parseRename(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

export function verifyCommand() {
  return command('verify')
    .description("Prove a port: compare a network with Python's numbers, layer by layer")
    .argument('[model]', 'network of the zoo, or your own (.ts, .js, JSON graph, Keras model); the record names one')
    .option('--golden <file>', 'golden records, one JSON record a line; - for standard input')
    .option('--case <names...>', 'only the records of these cases')
    .option('--keys <file>', 'names and shapes of the parameters, where the records lack them')
    .option('--backend <name>', backendHelp)
    .option('--threads <count>', threadsHelp, threadCount)
    .option('--tolerance <error>', 'largest error over the spread of the logits', tolerance, DEFAULT_TOLERANCE)
    .option('--rename <ours=theirs>', 'what the record calls a layer; repeat as needed', collect)
    .option('--verbose', 'show every layer that is compared')
    .option('--jsonl', 'a line for each record, as soon as it is compared')
    .option('--script', 'write the Python script that makes records to stdout')
    .addHelpText(
      'after',
      `
Two commands prove a port:
  $ convzoo verify --script > record_golden.py
  $ python record_golden.py torchvision:resnet18 -o resnet18.jsonl
  $ convzoo verify --golden resnet18.jsonl
and one of your own:
  $ python record_golden.py my_net.py:build --size 64 -o my-net.jsonl
  $ convzoo verify my-net.ts --golden my-net.jsonl
where the record calls its layers otherwise:
  $ convzoo verify my-net.ts --golden my-net.jsonl \\
      --rename 'stage{s:1}=layers.{s:0}'

Exit code 0 only where every record that was chosen agrees.`,
    )
    .action(async (model, options) => {
      process.exitCode = await verify(model, options);
    });
}

async function verify(model: string | undefined, options: VerifyOptions): Promise<number> {
  const terminal = terminalOf(options);
  if (options.script === true) {
    process.stdout.write(script());
    return EXIT.ok;
  }
  refuseBoth(options);
  if (options.golden === undefined) {
    throw new UsageError(
      'no-golden',
      'Say which records: --golden FILE.jsonl. --script writes the script that makes them.',
    );
  }
  const goldens = await readGoldens(options.golden, options.keys);
  const records = chooseCases(goldens.records, options.case, options.golden);
  const networkOf: NetworkFinder = await networkFinder(model, { keys: goldens.keys, renames: options.rename ?? [] });
  const choice = await pickBackend('proof', options);
  terminal.note(`Backend: ${describeChoice(choice)}`);

  const outcomes: Outcome[] = [];
  for (const record of records) {
    const outcome = await verifyRecord(record, networkOf, { backend: choice.backend, tolerance: options.tolerance });
    outcomes.push(outcome);
    if (options.jsonl === true) await writeStdout(`${JSON.stringify(outcomeToJson(outcome))}\n`);
    else if (options.json !== true) terminal.print(formatOutcome(outcome, terminal, options.verbose === true));
  }
  if (options.json === true) printJson(outcomes.map((outcome) => outcomeToJson(outcome)));
  else terminal.note(summarise(outcomes, options.tolerance));
  return outcomes.every(({ agrees }) => agrees) ? EXIT.ok : EXIT.failure;
}
