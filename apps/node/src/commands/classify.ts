import { DEFAULT_MODEL } from '../network/embedded.js';
import { backendHelp, command, threadCount, threadsHelp, wholeNumber, workerCount } from './options.js';

export function classifyCommand() {
  return command('classify')
    .description('Say what is on pictures')
    .argument('[pictures...]', 'files, folders or patterns; sample photographs if none are given')
    .option(
      '-m, --model <name>',
      'network of the zoo, e.g. mobilenet_v2@0.5,160, or a file: your own .ts or .js, a JSON graph, a Keras model',
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
    .option('-t, --top <count>', 'classes to show', wholeNumber(1), 3)
    .option('-b, --backend <name>', backendHelp)
    .option('--threads <count>', threadsHelp, threadCount)
    .option('--jsonl', 'an answer a line, in order, as soon as it is there')
    .option('-o, --output <file>', 'write such lines to a file; progress stays on the terminal')
    .option('--resume', 'go on with --output where it ends, after a break')
    .option('--files-from <file>', 'names of pictures, one a line; - for standard input')
    .option('--batch <count>', 'pictures that the network takes at once', wholeNumber(1), 1)
    .option('--workers <count>', 'threads that decode meanwhile; 1 for many pictures if not given', workerCount)
    .addHelpText(
      'after',
      `
Examples:
  $ convzoo classify
  $ convzoo classify cat.jpg photos/ 'more/**/*.png' --top 5
  $ convzoo classify cat.jpg --model mobilenet_v2 \\
      --weights mobilenet_v2_1.0_224.h5
  $ convzoo classify cat.jpg --model resnet50 --pull
  $ convzoo classify cat.jpg --weights timm/resnet50.a1_in1k
  $ convzoo classify cat.jpg --model model.keras --labels names.txt
  $ convzoo classify cat.jpg --model ./my-net.ts --weights my-net.safetensors
  $ convzoo classify photos/ --json > answers.json
  $ curl -s https://example.org/cat.jpg | convzoo classify -
  $ find . -name '*.jpg' | convzoo classify --files-from - --jsonl | head
  $ convzoo classify 'photos/**' -o answers.jsonl --batch 8 --workers 2
  $ convzoo classify 'photos/**' -o answers.jsonl --batch 8 --workers 2 --resume`,
    )
    .action(async (inputs, options) => {
      const { classify } = await import('../actions/classify.js');
      process.exitCode = await classify(inputs, options);
    });
}
