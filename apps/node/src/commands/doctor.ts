import { command } from './options.js';

export function doctorCommand() {
  return command('doctor')
    .description('Look at Node, the processor, the backends, the cache: what is wrong here, and what to do')
    .addHelpText(
      'after',
      `
It runs a picture with a known answer through every backend. Nothing is
downloaded. Exit code 1 where something is broken, 0 with notes only.

Examples:
  $ convzoo doctor
  $ convzoo doctor --quiet         only notes and problems
  $ convzoo doctor --json > doctor.json`,
    )
    .action(async (options) => {
      const { examine } = await import('../actions/doctor.js');
      process.exitCode = await examine(options);
    });
}
