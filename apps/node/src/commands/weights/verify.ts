import { command } from '../options.js';

export function verifyWeightsCommand() {
  return command('verify')
    .description('Hash the files of the cache again, and name those that have changed')
    .argument('[weights...]', 'names, hf:// or https:// addresses; everything in the cache if none are given')
    .option('--remove', 'remove the files that have changed')
    .addHelpText(
      'after',
      `
Exit code 1 where a file is not what was downloaded.

Examples:
  $ convzoo weights verify
  $ convzoo weights verify timm/resnet50.a1_in1k --remove`,
    )
    .action(async (names, options) => {
      const { verifyCache } = await import('../../actions/weights/verify.js');
      process.exitCode = await verifyCache(names, options);
    });
}
