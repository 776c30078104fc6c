import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import type { shells } from '../choices.js';
import { bashScript } from '../completion/bash.js';
import { fishScript } from '../completion/fish.js';
import { type CompletedCommand, completedCommands } from '../completion/tree.js';
import { zshScript } from '../completion/zsh.js';
import { type OutputOptions, printJson } from '../output/terminal.js';

type Shell = (typeof shells)[number];

const SCRIPTS: Readonly<Record<Shell, (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

/** The script of a shell for every command under `root`. */
export function printCompletion(shell: Shell, options: OutputOptions, root: CommandUnknownOpts): void {
  const commands = completedCommands(root);
  if (options.json === true) printJson(commands);
  else process.stdout.write(SCRIPTS[shell](commands));
}
