import { analyse, conventionNames } from '@convzoo/cost-analysis';
import { formatJson, formatTable } from '@convzoo/cost-analysis/format';
import { DEFAULT_MODEL } from '../network/load.js';
import { openModel } from '../network/model.js';
import { terminalOf } from '../output/terminal.js';
import { buildOptions, oneOf } from './model-options.js';
import { command, wholeNumber } from './options.js';

export function costCommand() {
  return command('cost')
    .description('Count parameters, MACs and FLOPs of a network, layer by layer')
    .argument(
      '[model]',
      'network of the zoo, e.g. mobilenet_v1@0.5,160, or a file: your own .ts or .js, a JSON graph, a Keras model',
      DEFAULT_MODEL,
    )
    .option('--input <size>', 'height and width: 224, or 97x131')
    .option('--classes <count>', 'outputs of the classifier', wholeNumber(1))
    .option('--dialect <name>', 'whose variant of the network: torchvision, timm or keras')
    .option('--convention <name>', `how to count: ${conventionNames.join(', ')}`)
    .option('--per <what>', 'layer, block, stage or op', 'layer')
    .addHelpText(
      'after',
      `
Examples:
  $ convzoo cost resnet50
  $ convzoo cost mobilenet_v2@0.5,160 --per stage
  $ convzoo cost keras/vgg16 --json
  $ convzoo cost ./my-net.ts
  $ convzoo cost model.keras --input 160`,
    )
    .action(async (model, options) => {
      const terminal = terminalOf(options);
      const { graph, notes } = await openModel(model, buildOptions(options));
      for (const note of notes) terminal.note(`Note: ${note}.`);
      const convention = oneOf(conventionNames, options.convention, '--convention');
      const report = analyse(graph, convention === undefined ? {} : { convention });
      const per = oneOf(PER, options.per, '--per') ?? 'layer';
      terminal.print(
        options.json === true
          ? formatJson(report).trimEnd()
          : formatTable(report, { per, width: terminal.width }).trimEnd(),
      );
    });
}

const PER = ['layer', 'block', 'stage', 'op'] as const;
