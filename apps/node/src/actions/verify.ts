import { parseRename } from '@convzoo/parity';
import type { NamePair } from '@convzoo/weights';
import { describeChoice, pickBackend } from '../backends.js';
import { EXIT, UsageError } from '../errors.js';
import { type OutputOptions, printJson, terminalOf } from '../output/terminal.js';
import { writeStdout } from '../stream/run.js';
import { type NetworkFinder, networkFinder } from '../verify/networks.js';
import { chooseCases, readGoldens } from '../verify/records.js';
import { formatOutcome, outcomeToJson, summarise } from '../verify/report.js';
import { type Outcome, verifyRecord } from '../verify/run.js';
import { script } from '../verify/script.js';
import { refuseBoth } from './model-options.js';

interface VerifyOptions extends OutputOptions {
  readonly golden?: string | undefined;
  readonly keys?: string | undefined;
  readonly case?: readonly string[] | undefined;
  readonly backend?: string | undefined;
  readonly threads?: number | undefined;
  readonly tolerance: number;
  readonly rename?: readonly string[] | undefined;
  readonly verbose?: boolean | undefined;
  readonly script?: boolean | undefined;
  readonly jsonl?: boolean | undefined;
}

export async function verify(model: string | undefined, options: VerifyOptions): Promise<number> {
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
  const renames = (options.rename ?? []).map(renameOf);
  const goldens = await readGoldens(options.golden, options.keys);
  const records = chooseCases(goldens.records, options.case, options.golden);
  const networkOf: NetworkFinder = await networkFinder(model, { keys: goldens.keys, renames });
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

function renameOf(text: string): NamePair {
  try {
    return parseRename(text);
  } catch (error) {
    throw new UsageError('bad-option', `--rename: ${error instanceof Error ? error.message : String(error)}`);
  }
}
