// The program: what is left of the command line, its errors and its exit code.
import { CommanderError } from 'commander';
import { describeFailure, EXIT, exitCodeOf } from './errors.js';
import { guardOutput } from './output/guard.js';
import { printable } from './output/printable.js';
import { program } from './program.js';
import { appliedSettings } from './settings/applied.js';

guardOutput();

try {
  await (await program(process.argv[2])).parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Commander has printed its message; its own exit code for wrong usage is 1, ours is 2.
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  } else {
    const { code, message } = describeFailure(error);
    // Messages quote names out of files, which must not steer the terminal.
    process.stderr.write(`convzoo: ${message.split('\n').map(printable).join('\n')}\n`);
    const settings = appliedSettings();
    if (settings.length > 0)
      process.stderr.write(`Set outside the command line: ${settings.map(printable).join(', ')}.\n`);
    if (process.argv.includes('--debug') && error instanceof Error)
      process.stderr.write(`[${code}]\n${error.stack ?? ''}\n`);
    process.exitCode = exitCodeOf(error);
  }
}
