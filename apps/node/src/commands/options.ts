import { Command } from '@commander-js/extra-typings';
import { InvalidArgumentError } from 'commander';
import { backendNames, trainerNames } from '../backends.js';
import { UsageError } from '../errors.js';

/** A whole number of at least `least`, for commander. */
export const wholeNumber =
  (least: number) =>
  (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least)
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return value;
  };

/** A number between two bounds, both included. */
export const numberBetween =
  (least: number, most: number) =>
  (text: string): number => {
    const value = Number(text);
    if (text.trim() === '' || !(value >= least && value <= most)) {
      throw new InvalidArgumentError(`It must be a number from ${least} to ${most}.`);
    }
    return value;
  };

/** Every command, for hints. */
export const COMMANDS = [
  'bench',
  'classify',
  'doctor',
  'evaluate',
  'explain',
  'features',
  'completion',
  'config',
  'convert',
  'compare',
  'cost',
  'claims',
  'engine',
  'graph',
  'new',
  'preprocess',
  'train',
  'verify',
  'weights',
  'help',
] as const;

/** A command with the options that all have. */
export function command(name: string) {
  return new Command(name)
    .option('--json', 'write JSON to stdout, and nothing else')
    .option('-q, --quiet', 'write results only')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
    .option('--debug', 'show the stack of an error')
    .showHelpAfterError('(add --help for the options)');
}

/** @throws UsageError `bad-option` where both forms are asked for */
export function refuseBoth({
  json,
  jsonl,
}: {
  readonly json?: boolean | undefined;
  readonly jsonl?: boolean | undefined;
}): void {
  if (json !== true || jsonl !== true) return;
  throw new UsageError('bad-option', '--json is one value at the end, --jsonl a line at once: choose one.');
}

export const backendHelp = `${backendNames.join(', ')}; auto chooses, with a reason`;
export const trainerHelp = `${trainerNames.join(', ')}; chosen with a reason if not given`;
export const threadsHelp = 'threads of engine and ort; as many as the work is worth if not given';
export const threadCount = wholeNumber(1);

/** More workers than any machine has cores; a mistaken number must not start a thousand threads. */
const MAX_WORKERS = 64;

export const workerCount = (text: string): number => {
  const count = wholeNumber(0)(text);
  if (count > MAX_WORKERS) throw new InvalidArgumentError(`It must be at most ${MAX_WORKERS}.`);
  return count;
};
