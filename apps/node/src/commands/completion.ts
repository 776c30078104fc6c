import { Argument, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { bashScript } from '../completion/bash.js';
import { fishScript } from '../completion/fish.js';
import { type CompletedCommand, completedCommands, SHELLS } from '../completion/tree.js';
import { zshScript } from '../completion/zsh.js';
import { printJson } from '../output/terminal.js';
import { command } from './options.js';

const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], (commands: readonly CompletedCommand[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

export function completionCommand() {
  return command('completion')
    .description('Print what lets a shell complete commands, options and the names of networks')
    .addArgument(new Argument('<shell>', 'whose script').choices(SHELLS))
    .addHelpText(
      'after',
      `
The script is of this version's commands: print it again after an update.

Examples:
  $ echo 'source <(convzoo completion bash)' >> ~/.bashrc
  $ echo 'source <(convzoo completion zsh)' >> ~/.zshrc     after compinit
  $ convzoo completion fish > ~/.config/fish/completions/convzoo.fish`,
    )
    .action((shell, options, self: CommandUnknownOpts) => {
      const commands = completedCommands(self.parent ?? self);
      if (options.json === true) printJson(commands);
      else process.stdout.write(SCRIPTS[shell](commands));
    });
}
