import { Command } from '@commander-js/extra-typings';
import { cacheCommand } from './cache.js';
import { inspectCommand } from './inspect.js';
import { listCommand } from './list.js';
import { pullCommand } from './pull.js';
import { verifyWeightsCommand } from './verify.js';

/** `convzoo weights ...`: where weights come from, and what is in a file. */
export function weightsCommand() {
  return new Command('weights')
    .description('Find, download, check and inspect weights')
    .addCommand(listCommand())
    .addCommand(pullCommand())
    .addCommand(verifyWeightsCommand())
    .addCommand(cacheCommand())
    .addCommand(inspectCommand())
    .addHelpText(
      'after',
      `
Examples:
  $ convzoo weights list resnet50
  $ convzoo weights pull resnet50
  $ convzoo weights cache
  $ convzoo weights inspect model.safetensors
  $ convzoo weights pull --help`,
    );
}
