import { analyse, conventionNames } from '@convzoo/cost-analysis';
import { formatJson, formatTable } from '@convzoo/cost-analysis/format';
import { buildModel, type Dialect } from '@convzoo/zoo';
import { UsageError } from '../errors.js';
import { DEFAULT_MODEL } from '../network/load.js';
import { terminalOf } from '../output/terminal.js';
import { command, wholeNumber } from './options.js';

export function costCommand() {
  return command('cost')
    .description('Count parameters, MACs and FLOPs of a network, layer by layer')
    .argument('[model]', 'network of the zoo, e.g. resnet50 or mobilenet_v1@0.5,160', DEFAULT_MODEL)
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
  $ convzoo cost keras/vgg16 --json`,
    )
    .action((model, options) => {
      const terminal = terminalOf(options);
      const input = options.input === undefined ? undefined : parseSize(options.input);
      const graph = buildModel(model, {
        input,
        classes: options.classes,
        dialect: oneOf(DIALECTS, options.dialect, '--dialect'),
      });
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

const DIALECTS: readonly Dialect[] = ['torchvision', 'timm', 'keras'];
const PER = ['layer', 'block', 'stage', 'op'] as const;

function oneOf<T extends string>(words: readonly T[], given: string | undefined, option: string): T | undefined {
  if (given === undefined) return undefined;
  const word = words.find((candidate) => candidate === given);
  if (word === undefined)
    throw new UsageError('bad-option', `${option} is one of ${words.join(', ')}; got "${given}".`);
  return word;
}

/** More pixels a side than any network of the zoo is used with; a typing mistake rather than a wish. */
const MAX_SIDE = 16_384;

function parseSize(text: string): readonly [number, number, 3] {
  const [, height, width = height] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text) ?? [];
  const [h, w] = [Number(height), Number(width)];
  if (!(h >= 1 && w >= 1 && h <= MAX_SIDE && w <= MAX_SIDE)) {
    throw new UsageError(
      'bad-option',
      `--input is a number such as 224, or HEIGHTxWIDTH such as 97x131, up to ${MAX_SIDE}; got "${text}".`,
    );
  }
  return [h, w, 3];
}
