import { command } from '../options.js';

export function listCommand() {
  return command('list')
    .description('List the published weights of the networks of the zoo')
    .argument('[pattern]', 'part of a name, with * for anything: resnet50, timm/*, *in22k*')
    .option('--jsonl', 'all that is known of an entry on a line')
    .addHelpText(
      'after',
      `
Accuracies are the publishers' own, each with its own preprocessing; --json has
all that is known of an entry.

Examples:
  $ convzoo weights list resnet50
  $ convzoo weights list 'keras/*'
  $ convzoo weights list --json`,
    )
    .action(async (pattern, options) => {
      const { list } = await import('../../actions/weights/list.js');
      await list(pattern, options);
    });
}
