import { command } from '../options.js';

export function explainCommand() {
  return command('explain')
    .description('Say why published numbers for a network differ, term by term')
    .argument('<model>', 'network of the zoo, e.g. resnet50 or mobilenet_v1@0.75,160')
    .option('--input <size>', 'height and width, to see published numbers at that size only')
    .option('--dialect <name>', 'whose variant to start from: torchvision, timm or keras')
    .option('--activations', 'explain counts of activations too')
    .addHelpText(
      'after',
      `
Every published row starts at our own count, and every line changes it: another
input, another variant of the network, another way to count, rounding.

Examples:
  $ convzoo cost explain resnet50
  $ convzoo cost explain mobilenet_v1@0.75 --json`,
    )
    .action(async (model, options) => {
      const { explainCosts } = await import('../../actions/cost/explain.js');
      await explainCosts(model, options);
    });
}
