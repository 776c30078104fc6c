import { DEFAULT_MODEL } from '../network/embedded.js';
import { backendHelp, command, threadCount, threadsHelp, wholeNumber } from './options.js';

export function evaluateCommand() {
  return command('evaluate')
    .description('Measure on labelled pictures how often a network is right, and how right its probabilities are')
    .argument(
      '<data>',
      'cifar10-jpeg.tar.gz, CIFAR-10 .bin or .bin.gz, or a folder with labels.json or a folder for each class',
    )
    .option(
      '-m, --model <name>',
      'network of the zoo, or a file: your own .ts or .js, a JSON graph, a Keras model',
      DEFAULT_MODEL,
    )
    .option(
      '-w, --weights <file>',
      'safetensors, PyTorch, Keras, TensorFlow.js, npz; a name of "weights list", hf://OWNER/REPO/FILE or https://...',
    )
    .option('--pull', 'download published weights where none are given')
    .option('--preset <name>', 'preprocessing that the weights were made for, where it is not the usual one')
    .option('--input <size>', 'height and width where not the usual ones: 224, or 97x131')
    .option('--labels <file>', 'class names where they are your own: one a line, or a JSON list')
    .option('--split <name>', 'train or test, where the data has both', 'test')
    .option('--limit <count>', 'at most so many pictures', wholeNumber(1))
    .option('--batch <count>', 'pictures a run; by default 1 to 256, by the size of the input', wholeNumber(1))
    .option('-b, --backend <name>', backendHelp)
    .option('--threads <count>', threadsHelp, threadCount)
    .option('--per-class', 'show every class, however many there are')
    .option('--confusion', 'show what each class is taken for: the whole matrix where it fits')
    .option('--calibration', 'show how often answers are right, by their confidence')
    .option('--jsonl', 'a line for each picture, in order, as soon as it is answered')
    .option('--svg <file>', 'the reliability diagram; NAME.confusion.svg beside it is the confusion matrix')
    .option('--html <file>', 'charts and all classes on one page')
    .addHelpText(
      'after',
      `
Intervals are Wilson's at 95 %. ECE is the expected calibration error over 15
bins of confidence (Guo et al. 2017). A line of --jsonl: { index, image, label,
predicted, probability, place }, or { index, image, error } in its place.

Examples:
  $ convzoo evaluate cifar10-jpeg.tar.gz
  $ convzoo evaluate cifar10-jpeg.tar.gz --confusion --calibration
  $ convzoo evaluate cifar10-jpeg.tar.gz --html report.html
  $ convzoo evaluate cifar10-jpeg.tar.gz --jsonl > pictures.jsonl
  $ convzoo evaluate photos/ --model mobilenet_v2 --json \\
      --weights mobilenet_v2_1.0_224.h5
  $ convzoo evaluate photos/ --model model.keras --labels names.txt`,
    )
    .action(async (data, options) => {
      const { evaluateSet } = await import('../actions/evaluate.js');
      process.exitCode = await evaluateSet(data, options);
    });
}
