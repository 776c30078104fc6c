import { command } from './options.js';

export function newCommand() {
  return command('new')
    .description('Begin a network of your own: its file, its test, and what proves it against Python')
    .argument('<name>', 'what it is called: letters, digits, - and _')
    .option('--dir <folder>', 'where the files go; made where it is missing', '.')
    .addHelpText(
      'after',
      `
Nothing is written over.

Examples:
  $ convzoo new my-net
  $ convzoo cost ./my-net.ts
  $ convzoo graph ./my-net.ts
  $ node --test my-net.test.mjs
  $ convzoo new wide-net --dir networks`,
    )
    .action(async (name, options) => {
      const { beginNetwork } = await import('../actions/new.js');
      await beginNetwork(name, options);
    });
}
