import { type CostAxis, costAxes } from '@convzoo/charts';
import { conventionNames } from '@convzoo/cost-analysis';
import { writeFileAtomic } from '@convzoo/weights/node';
import { modelNames } from '@convzoo/zoo';
import { type ComparedNetwork, compareNetworks } from '../comparison/compare.js';
import { comparisonCsv, comparisonLines, comparisonMarkdown } from '../comparison/table.js';
import { UsageError } from '../errors.js';
import { printJson, terminalOf } from '../output/terminal.js';
import { buildOptions, oneOf } from './model-options.js';
import { command } from './options.js';

const SORTS = ['given', 'name', 'params', 'macs', 'memory', 'top1'] as const;
const AXES = Object.keys(costAxes) as CostAxis[];

export function compareCommand() {
  return command('compare')
    .description('Compare what networks cost and how accurate they are, with the Pareto front')
    .argument('[models...]', 'networks of the zoo (resnet50, mobilenet_v1@0.5,160), or files of your own')
    .option('--all', 'every network of the zoo')
    .option('--input <size>', 'height and width of all: 224, or 97x131')
    .option('--dialect <name>', 'whose variants of the networks: torchvision, timm or keras')
    .option('--convention <name>', `how to count: ${conventionNames.join(', ')}`)
    .option('--sort <by>', SORTS.join(', '), 'given')
    .option('--against <cost>', `what the chart of --svg has accuracy against: ${AXES.join(', ')}`, 'macs')
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
      const terminal = terminalOf(options);
      const sort = oneOf(SORTS, options.sort, '--sort') ?? 'given';
      const cost = oneOf(AXES, options.against, '--against') ?? 'macs';
      const compared = await compareNetworks(chosen(models, options.all === true), {
        convention: oneOf(conventionNames, options.convention, '--convention'),
        build: buildOptions(options),
      });
      const networks = sorted(compared, sort);
      if (options.svg !== undefined) {
        const { accuracySvg } = await import('../comparison/charts.js');
        await write(options.svg, await accuracySvg(networks, cost));
      }
      if (options.html !== undefined) {
        const { comparisonHtml } = await import('../comparison/html.js');
        await write(options.html, await comparisonHtml(networks));
      }
      if (options.json === true) printJson(networks);
      else if (options.csv === true) terminal.print(comparisonCsv(networks));
      else if (options.markdown === true) terminal.print(comparisonMarkdown(networks));
      else for (const line of comparisonLines(networks, terminal.width)) terminal.print(line);

      async function write(path: string, text: string): Promise<void> {
        await writeFileAtomic(path, text);
        terminal.note(`Wrote ${path}.`);
      }
    });
}

function chosen(models: readonly string[], all: boolean): readonly string[] {
  if (models.length === 0 && !all) {
    throw new UsageError('bad-option', 'Name the networks to compare, or give --all for every network of the zoo.');
  }
  return all ? [...new Set([...modelNames, ...models])] : models;
}

function sorted(networks: readonly ComparedNetwork[], by: (typeof SORTS)[number]): readonly ComparedNetwork[] {
  switch (by) {
    case 'given':
      return networks;
    case 'name':
      return networks.toSorted((a, b) => a.model.localeCompare(b.model, 'en'));
    case 'top1':
      return networks.toSorted((a, b) => (b.accuracy?.top1 ?? -1) - (a.accuracy?.top1 ?? -1));
    default:
      return networks.toSorted((a, b) => a[by] - b[by]);
  }
}
