import { DEFAULT_MODEL } from '../network/embedded.js';
import { command, numberBetween, trainerHelp, wholeNumber } from './options.js';

export function trainCommand() {
  return command('train')
    .description('Train a network from scratch on CIFAR-10')
    .argument(
      '[model]',
      'network of the zoo with a 32x32 input, or a file: your own .ts or .js, a JSON graph, a Keras model',
      DEFAULT_MODEL,
    )
    .requiredOption(
      '--data <file>',
      'cifar10-jpeg.tar.gz (class folders under train/ and test/), or CIFAR-10 .bin or .bin.gz',
    )
    .option('--test-data <file>', 'pictures to measure on, where --data has no test split')
    .option('-o, --out <folder>', 'folder for checkpoint, history, weights and card; by default training/MODEL')
    .option('--epochs <count>', 'passes over the training pictures', wholeNumber(1), 40)
    .option('--batch <count>', 'pictures a step', wholeNumber(1), 128)
    .option('--rate <number>', 'largest learning rate', numberBetween(0, 100), 0.1)
    .option('--schedule <name>', 'cosine, or steps (a tenth at 50 % and at 75 %)', 'cosine')
    .option('--warm-up <share>', 'share of the training over which the rate rises', numberBetween(0, 0.9), 0.05)
    .option('--momentum <number>', 'of SGD', numberBetween(0, 1), 0.9)
    .option('--nesterov', 'look-ahead momentum (the default)', true)
    .option('--no-nesterov', 'plain momentum')
    .option('--weight-decay <number>', 'added to every gradient, as torch does', numberBetween(0, 1), 5e-4)
    .option('--label-smoothing <share>', 'of the target, spread over all classes', numberBetween(0, 0.99), 0)
    .option('--seed <number>', 'of starting values, order and augmentation', wholeNumber(0), 1)
    .option('-b, --backend <name>', trainerHelp)
    .addHelpText(
      'after',
      `
A training that was stopped goes on when the same command is given again.

Examples:
  $ convzoo train resnet20-cifar10 --data cifar10-jpeg.tar.gz
  $ convzoo train ./my-net.ts --data cifar10-jpeg.tar.gz
  $ convzoo train plain56-cifar10 --data cifar10-jpeg.tar.gz \\
      --epochs 10 --out plain56`,
    )
    .action(async (model, options) => {
      const { train } = await import('../actions/train.js');
      process.exitCode = await train(model, options);
    });
}
