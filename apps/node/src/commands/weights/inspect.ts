import { command } from '../options.js';

export function inspectCommand() {
  return command('inspect')
    .description('Say what is in a weight file: format, names, network, tensors and their statistics')
    .argument(
      '<file>',
      'safetensors, PyTorch .pt, Keras .h5 or .keras, TensorFlow.js model.json, npz; or as classify --weights takes it',
    )
    .option('--stats', 'read all tensors for statistics, however large the file (done unasked up to 256 MB)')
    .option('--no-stats', 'read the header only')
    .option('--all', 'list every tensor and every difference')
    .addHelpText(
      'after',
      `
Examples:
  $ convzoo weights inspect resnet18-f37072fd.pth
  $ convzoo weights inspect model.json --all
  $ convzoo weights inspect large.safetensors --no-stats --json`,
    )
    .action(async (file, options) => {
      const { inspect } = await import('../../actions/weights/inspect.js');
      await inspect(file, options);
    });
}
