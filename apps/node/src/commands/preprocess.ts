import { presets } from '@convzoo/preprocessing/presets';
import { command, wholeNumber } from './options.js';

export function preprocessCommand() {
  return command('preprocess')
    .description('Turn pictures into the input of a network, and say what every stage gave')
    .argument('<pictures...>', 'files, folders or patterns; - for standard input')
    .option('--preset <name>', `${Object.keys(presets).join(', ')}; without one, pictures are only decoded`)
    .option('--explain', 'say the parameters of every stage, too')
    .option('--save-stages <folder>', 'write a PNG of every stage')
    .option('--no-orient', 'leave pictures as they are stored, whatever EXIF says')
    .option('--jsonl', 'a line for each picture, in order, as soon as it is done')
    .option('--max-pixels <count>', 'refuse larger pictures from their header', wholeNumber(1))
    .addHelpText(
      'after',
      `
SHA-256 is of the RGB bytes of a picture, row by row, and of the little-endian
float32 values of the last stage: equal hashes mean equal input.

Examples:
  $ convzoo preprocess cat.jpg
  $ convzoo preprocess photos/ --preset imagenet-torch --explain
  $ convzoo preprocess '*.jpg' --preset imagenet-torch --explain --json
  $ convzoo preprocess cat.jpg --preset cifar10 --save-stages stages/
  $ convzoo preprocess photos/ --preset cifar10 --jsonl > stages.jsonl`,
    )
    .action(async (inputs, options) => {
      const { preprocess } = await import('../actions/preprocess.js');
      process.exitCode = await preprocess(inputs, options);
    });
}
