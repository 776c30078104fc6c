import { formats } from '../choices.js';
import { DEFAULT_MODEL } from '../network/embedded.js';
import { backendHelp, command, threadCount, threadsHelp, wholeNumber, workerCount } from './options.js';

export function featuresCommand() {
  return command('features')
    .description('Turn pictures into vectors, and find pictures that are alike')
    .argument('[pictures...]', 'files, folders or patterns; - for one on standard input')
    .option('-m, --model <name>', 'network of the zoo, or a file: .ts, .js, JSON graph, Keras model', DEFAULT_MODEL)
    .option('-w, --weights <file>', 'a file, a name of "weights list", hf://OWNER/REPO/FILE or https://...')
    .option('--pull', 'download published weights where none are given')
    .option('--layer <name>', 'a tap or node; what the classifier reads if not given. Of a map, the mean is taken')
    .option('--format <name>', `${formats.join(', ')}; npy needs -o`)
    .option('--jsonl', 'a line for each picture, in order, as soon as it is there; the usual')
    .option('-o, --output <file>', 'where to write; stdout if not given')
    .option('--resume', 'go on with --output where it ends, after a break')
    .option('--files-from <file>', 'names of pictures, one a line; - for standard input')
    .option('--batch <count>', 'pictures that the network takes at once', wholeNumber(1), 1)
    .option('--workers <count>', 'threads that decode meanwhile; 1 for many pictures if not given', workerCount)
    .option('--nearest <count>', 'the most similar pictures (cosine) in place of the vectors', wholeNumber(1))
    .option('--index <file>', 'JSON Lines of "features" to look for the nearest in; else the pictures themselves')
    .option('--preset <name>', 'preprocessing that the weights were made for, where it is not the usual one')
    .option('--input <size>', 'height and width where not the usual ones: 224, or 97x131')
    .option('-b, --backend <name>', backendHelp)
    .option('--threads <count>', threadsHelp, threadCount)
    .addHelpText(
      'after',
      `
A line: { image, layer, features }, or { image, error } in its place. Beside
FILE.npy, FILE.npy.txt names the picture of each row; one that failed is NaN.

Examples:
  $ convzoo features photos/ -o photos.jsonl
  $ convzoo features photos/ --model resnet50 --pull --format npy -o photos.npy
  $ convzoo features 'photos/**' -o photos.jsonl --batch 8 --workers 2 --resume
  $ convzoo features cat.jpg --layer layer2 | head -1
  $ convzoo features photos/ --nearest 3
  $ convzoo features cat.jpg --nearest 5 --index photos.jsonl`,
    )
    .action(async (inputs, options) => {
      const { features } = await import('../actions/features.js');
      process.exitCode = await features(inputs, options);
    });
}
