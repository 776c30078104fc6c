import { type CostSheet, conventionNames, costSheet, type InPlaceOp } from '@convzoo/cost-analysis';
import { formatCsv, formatJson, formatMarkdown, formatTable } from '@convzoo/cost-analysis/format';
import { backendWords } from '../../backends.js';
import { UsageError } from '../../errors.js';
import { DEFAULT_MODEL } from '../../network/load.js';
import { openModel } from '../../network/model.js';
import { terminalOf } from '../../output/terminal.js';
import { buildOptions, oneOf } from '../model-options.js';
import { backendHelp, command, threadCount, threadsHelp, wholeNumber } from '../options.js';
import { explainCommand } from './explain.js';
import { writePictures } from './pictures.js';
import { viewOf, views } from './view.js';

const DTYPES = ['float32', 'float16', 'bfloat16', 'int8', 'float64'] as const;
const IN_PLACE: readonly InPlaceOp[] = ['activation', 'add'];

export function costCommand() {
  return (
    command('cost')
      .description('Count what a network costs: parameters, MACs, memory, energy, time; layer by layer')
      .argument(
        '[model]',
        'network of the zoo, e.g. mobilenet_v1@0.5,160, or a file: your own .ts or .js, a JSON graph, a Keras model',
        DEFAULT_MODEL,
      )
      .option('--input <size>', 'height and width: 224, or 97x131')
      .option('--classes <count>', 'outputs of the classifier', wholeNumber(1))
      .option('--dialect <name>', 'whose variant of the network: torchvision, timm or keras')
      .option('--convention <name>', `how to count: ${conventionNames.join(', ')}`)
      .option(
        '--batch <count>',
        'pictures at once, for memory and traffic; counts stay those of one',
        wholeNumber(1),
        1,
      )
      .option('--dtype <type>', `type of weights and activations: ${DTYPES.join(', ')}`, 'float32')
      .option('--in-place <ops>', `ops that may overwrite their input: ${IN_PLACE.join(', ')}, or both with a comma`)
      .option('--per <what>', `what a line is: ${views.join(', ')} (--per-layer, --per-stage ..., --tree do the same)`)
      .option('--csv', 'exact numbers for a spreadsheet')
      .option('--markdown', 'exact numbers as a table for a document')
      .option('--html <file>', 'a page with charts and the architecture')
      .option('--svg <file>', 'a chart of the layers')
      .option('--roofline', 'measure the backend, predict the time of each layer, and measure it')
      .option('--backend <name>', `for --roofline: ${backendHelp}`)
      .option('--threads <count>', `for --roofline: ${threadsHelp}`, threadCount)
      .addOption(viewOf.layer)
      .addOption(viewOf.block)
      .addOption(viewOf.stage)
      .addOption(viewOf.kind)
      .addOption(viewOf.op)
      .addOption(viewOf.tree)
      // Options after `explain` are its own.
      .enablePositionalOptions()
      .addCommand(explainCommand())
      .addHelpText(
        'after',
        `
Examples:
  $ convzoo cost resnet50
  $ convzoo cost mobilenet_v2@0.5,160 --per-stage
  $ convzoo cost resnet50 --batch 32 --dtype float16 --tree
  $ convzoo cost keras/vgg16 --json
  $ convzoo cost ./my-net.ts --markdown
  $ convzoo cost model.keras --input 160
  $ convzoo cost mobilenet_v1 --roofline --per kind
  $ convzoo cost explain resnet50`,
      )
      .action(async (model, options) => {
        const terminal = terminalOf(options);
        const per = oneOf(views, options.per, '--per') ?? 'layer';
        const convention = oneOf(conventionNames, options.convention, '--convention');
        const dtype = oneOf(DTYPES, options.dtype, '--dtype');
        const backend = oneOf(backendWords, options.backend, '--backend');
        const inPlace = options.inPlace?.split(',').map((op) => oneOf(IN_PLACE, op, '--in-place') ?? 'activation');
        const { graph, notes } = await openModel(model, buildOptions(options));
        for (const note of notes) terminal.note(`Note: ${note}.`);
        const { batch, threads } = options;
        if (options.roofline === true) {
          if (options.csv === true || options.markdown === true) {
            throw new UsageError('bad-option', '--roofline has a table and --json; leave out --csv and --markdown.');
          }
          const { printRoofline } = await import('./roofline.js');
          await printRoofline(graph, { terminal, batch, backend, threads, per, json: options.json === true });
          return;
        }
        const sheet: CostSheet = costSheet(graph, { convention, dtype, batch, inPlace });
        await writePictures(graph, sheet, options, terminal);
        if (options.json === true) terminal.print(formatJson(sheet).trimEnd());
        else if (options.csv === true) terminal.print(formatCsv(sheet, { per }).trimEnd());
        else if (options.markdown === true) terminal.print(formatMarkdown(sheet, { per }).trimEnd());
        else terminal.print(formatTable(sheet, { per, width: terminal.width }).trimEnd());
      })
  );
}
