import { conventionNames, costAxisNames, sorts } from '../choices.js';
import { command } from './options.js';

export function compareCommand() {
  return command('compare')
    .description('Compare what networks cost and how accurate they are, with the Pareto front')
    .argument('[models...]', 'networks of the zoo (resnet50, mobilenet_v1@0.5,160), or files of your own')
    .option('--all', 'every network of the zoo')
    .option('--input <size>', 'height and width of all: 224, or 97x131')
    .option('--dialect <name>', 'whose variants of the networks: torchvision, timm or keras')
    .option('--convention <name>', `how to count: ${conventionNames.join(', ')}`)
    .option('--sort <by>', sorts.join(', '), 'given')
    .option('--against <cost>', `what the chart of --svg has accuracy against: ${costAxisNames.join(', ')}`, 'macs')
    .option('--csv', 'exact numbers for a spreadsheet')
    .option('--markdown', 'exact numbers as a table for a document')
    .option('--svg <file>', 'a chart of accuracy against cost')
    .option('--html <file>', 'charts and table on one page')
    .addHelpText(
      'after',
      `
Accuracies are top-1 on ImageNet as published for the weights that are named; a
star marks the Pareto front of accuracy against MACs.

Examples:
  $ convzoo compare resnet18 mobilenet_v2 vgg16
  $ convzoo compare --all --sort top1
  $ convzoo compare --all --svg accuracy.svg --against params
  $ convzoo compare ./my-net.ts resnet18 --html comparison.html`,
    )
    .action(async (models, options) => {
      const { compare } = await import('../actions/compare.js');
      await compare(models, options);
    });
}
