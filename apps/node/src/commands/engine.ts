import { Command } from '@commander-js/extra-typings';
import { DEFAULT_MODEL } from '../network/embedded.js';
import { command, threadCount, threadsHelp, wholeNumber } from './options.js';

/** `convzoo engine ...`: what the engine does with a network. */
export function engineCommand() {
  return new Command('engine')
    .description('See what the engine does with a network')
    .addCommand(planCommand())
    .addHelpText('after', '\nExamples:\n  $ convzoo engine plan mobilenet_v2\n  $ convzoo engine plan --help');
}

function planCommand() {
  return command('plan')
    .description('Show the kernel, the bytes and the predicted time of each layer')
    .argument(
      '[model]',
      'network of the zoo, e.g. mobilenet_v2@0.5,160, or a file: your own .ts or .js, a JSON graph, a Keras model',
      DEFAULT_MODEL,
    )
    .option('--input <size>', 'height and width: 224, or 97x131')
    .option('--classes <count>', 'outputs of the classifier', wholeNumber(1))
    .option('--dialect <name>', 'whose variant of the network: torchvision, timm or keras')
    .option('--batch <count>', 'pictures at once', wholeNumber(1), 1)
    .option('--threads <count>', threadsHelp, threadCount)
    .option(
      '--winograd <MiB>',
      "memory for Winograd's weights beyond the plain ones; if not given 3/4 of these, 32 to 256",
      wholeNumber(0),
    )
    .addHelpText(
      'after',
      `
Examples:
  $ convzoo engine plan mobilenet_v2
  $ convzoo engine plan vgg16 --batch 8 --threads 1
  $ convzoo engine plan resnet50 --winograd 0 --json`,
    )
    .action(async (model, options) => {
      const { showPlan } = await import('../actions/engine.js');
      await showPlan(model, options);
    });
}
