import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { Option } from 'commander';
import { settingKeys } from './settings.js';

/**
 * Gives every command under `root` its settings, in this one place: an option that is not on the command line has the value
 * of the environment, of the project's file or of the user's, in this order, and its default last. Options that are on or off
 * get a hidden opposite, so that a flag can undo what a file says: --no-pull, --color.
 */
export function installSettings(root: CommandUnknownOpts): void {
  addOpposites(root);
  // Reading them takes the networks' names, for hints, which help and mistakes in the arguments do without.
  root.hook('preAction', async (_, command) => (await import('./apply.js')).applySettings(command));
}

function addOpposites(command: CommandUnknownOpts): void {
  for (const key of settingKeys) {
    const option = command.options.find((each) => each.attributeName() === key);
    if (option === undefined || !(option.isBoolean() || option.negate)) continue;
    const opposite = option.negate ? `--${key}` : `--no-${key}`;
    if (!command.options.some(({ long }) => long === opposite)) command.addOption(new Option(opposite).hideHelp());
  }
  for (const sub of command.commands) addOpposites(sub);
}
