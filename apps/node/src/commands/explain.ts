import { methods } from '../choices.js';
import { DEFAULT_MODEL } from '../network/embedded.js';
import { backendHelp, command, numberBetween, threadCount, threadsHelp, wholeNumber } from './options.js';

export function explainCommand() {
  return command('explain')
    .description('Show what a network looks at, as PNG pictures')
    .argument('[pictures...]', 'files, folders or patterns, - for standard input; none for filters and --layer list')
    .option('-m, --model <name>', 'network of the zoo, or a file: .ts, .js, JSON graph, Keras model', DEFAULT_MODEL)
    .option('-w, --weights <file>', 'a file, a name of "weights list", hf://OWNER/REPO/FILE or https://...')
    .option('--pull', 'download published weights where none are given')
    .option('--method <name>', methods.join(', '), 'grad-cam')
    .option('--layer <name>', 'a layer or tap, or "list" to see them; the last map before pooling if not given')
    .option('--class <name>', 'class by name or number; the most probable if not given')
    .option('-o, --out <folder>', 'where the pictures go', 'explanations')
    .option('--patch <pixels>', 'occlusion: side of the patch; a seventh of the input', wholeNumber(1))
    .option('--stride <pixels>', 'occlusion: from place to place; half the patch', wholeNumber(1))
    .option('--channels <count>', 'feature maps and filters: the most that are shown', wholeNumber(1), 64)
    .option('--opacity <share>', 'of the heat map over the picture, 0 to 1', numberBetween(0, 1), 0.5)
    .option('--preset <name>', 'preprocessing that the weights were made for, where it is not the usual one')
    .option('--input <size>', 'height and width where not the usual ones: 224, or 97x131')
    .option('--labels <file>', 'class names where they are your own: one a line, or a JSON list')
    .option('-b, --backend <name>', backendHelp)
    .option('--threads <count>', threadsHelp, threadCount)
    .option('--jsonl', 'an answer a line, in order, as soon as its pictures are written')
    .addHelpText(
      'after',
      `
grad-cam      where the evidence for the class lies (Selvaraju et al. 2017)
occlusion     where hiding the picture lowers the probability (Zeiler 2014)
feature-maps  what the channels of a layer answer
filters       the kernels of a convolution

Examples:
  $ convzoo explain cat.jpg
  $ convzoo explain photos/ 'more/*.png' --jsonl
  $ convzoo explain cat.jpg --model mobilenet_v2 \\
      --weights mobilenet_v2_1.0_224.h5
  $ convzoo explain pets.jpg --model resnet50 --pull --class 'tabby cat'
  $ convzoo explain cat.jpg --method occlusion --patch 8 --stride 2
  $ convzoo explain cat.jpg --method feature-maps --layer layer1.0.conv1
  $ convzoo explain --method filters
  $ convzoo explain --layer list`,
    )
    .action(async (inputs, options) => {
      const { explain } = await import('../actions/explain.js');
      process.exitCode = await explain(inputs, options);
    });
}
