import { Command } from '@commander-js/extra-typings';
import { inspectCommand } from './inspect.js';

/** `convzoo weights ...`: where weights come from, and what is in a file. */
export function weightsCommand() {
  return new Command('weights').description('Find, download, check and inspect weights').addCommand(inspectCommand());
}
