import { Argument, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { shells } from '../choices.js';
import { command } from './options.js';

export function completionCommand() {
  return command('completion')
    .description('Print what lets a shell complete commands, options and the names of networks')
    .addArgument(new Argument('<shell>', 'whose script').choices(shells))
    .addHelpText(
      'after',
      `
The script is of this version's commands: print it again after an update.

Examples:
  $ echo 'source <(convzoo completion bash)' >> ~/.bashrc
  $ echo 'source <(convzoo completion zsh)' >> ~/.zshrc     after compinit
  $ convzoo completion fish > ~/.config/fish/completions/convzoo.fish`,
    )
    .action(async (shell, options, self: CommandUnknownOpts) => {
      const { printCompletion } = await import('../actions/completion.js');
      printCompletion(shell, options, self.parent ?? self);
    });
}
