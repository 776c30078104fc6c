import { writeSync } from 'node:fs';
import { EXIT } from '../errors.js';

/**
 * What happens where the output cannot be written. A reader that has seen enough (`| head -1`) is no failure; a full disk is
 * one, said in one line.
 */
export function guardOutput(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? EXIT.ok);
    complain(`convzoo: standard output cannot be written: ${error.message}.\n`);
    process.exit(EXIT.failure);
  });
  // Notes that nobody reads are no reason to stop: results may still be wanted.
  process.stderr.on('error', () => undefined);
}

/** At once and to the end, since the process ends after it; there may be no one to tell. */
function complain(message: string): void {
  try {
    writeSync(2, message);
  } catch {
    // The exit code says it.
  }
}
