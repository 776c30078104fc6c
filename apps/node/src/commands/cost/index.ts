import { conventionNames, dtypes, inPlaceOps } from '../../choices.js';
import { DEFAULT_MODEL } from '../../network/embedded.js';
import { backendHelp, command, threadCount, threadsHelp, wholeNumber } from '../options.js';
import { explainCommand } from './explain.js';
import { viewOf, views } from './view.js';

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
      .option('--dtype <type>', `type of weights and activations: ${dtypes.join(', ')}`, 'float32')
      .option('--in-place <ops>', `ops that may overwrite their input: ${inPlaceOps.join(', ')}, or both with a comma`)
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
        const { cost } = await import('../../actions/cost/cost.js');
        await cost(model, options);
      })
  );
}
