import { backendNames } from '../backend-names.js';
import { command, wholeNumber } from './options.js';

/** From light to heavy, what the literature compares with. */
const MODELS = 'mobilenet_v2,resnet18,resnet50';

export function benchCommand() {
  return command('bench')
    .description('Time networks on backends of this machine, in turns, each in a process of its own')
    .option('--models <names>', 'networks of the zoo or files of your own, with commas', MODELS)
    .option('--backends <names>', `some of ${backendNames.join(', ')}, with commas`, 'engine,wasm,tensorflow')
    .option('--threads <count>', 'threads of engine and ort; measured at 1 and at all if not given', wholeNumber(1))
    .option('--batch <count>', 'pictures at once', wholeNumber(1), 1)
    .option('--runs <count>', 'measured runs of each', wholeNumber(1), 20)
    .option('--energy', "joules a run, by Linux's RAPL counter where it can be read")
    .addHelpText(
      'after',
      `
Times are of whole runs, input copied in and answer out, with initial weights.
The least time is what the machine can do; the median has what else it did.

Examples:
  $ convzoo bench
  $ convzoo bench --models vgg16,resnet18 --backends engine --threads 2
  $ convzoo bench --models ./my-net.ts --batch 8 --json`,
    )
    .action(async (options) => {
      const { bench } = await import('../actions/bench.js');
      process.exitCode = await bench(options);
    });
}
