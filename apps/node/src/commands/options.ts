import { Command } from '@commander-js/extra-typings';
import { InvalidArgumentError } from 'commander';
import { backendNames, trainerNames } from '../backend-names.js';

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

/** A command with the options that all have. */
export function command(name: string) {
  return new Command(name)
    .option('--json', 'write JSON to stdout, and nothing else')
    .option('-q, --quiet', 'write results only')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
    .option('--debug', 'show the stack of an error')
    .showHelpAfterError('(add --help for the options)');
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
