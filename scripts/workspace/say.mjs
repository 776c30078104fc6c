/** Thrown for what a user can do something about: the message is all that is printed, no stack trace. */
export class Failure extends Error {
  /**
   * @param {string} message what went wrong
   * @param {string} [advice] what to do about it
   * @param {number} [exitCode]
   */
  constructor(message, advice, exitCode = 1) {
    super(advice === undefined ? message : `${message}\n  ${advice.replaceAll('\n', '\n  ')}`);
    this.name = 'Failure';
    this.exitCode = exitCode;
  }
}

/**
 * One plain line of progress. Always on stderr: stdout belongs to the app (`--json` must stay pure).
 *
 * @param {string} line
 */
export function say(line) {
  process.stderr.write(`convzoo: ${line}\n`);
}

/**
 * @param {number} milliseconds
 * @returns {string} '0.8 s', '42 s', '3 min 5 s'
 */
export function duration(milliseconds) {
  const seconds = milliseconds / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return whole < 100 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/**
 * Ends the process the way a command-line tool should: a Failure prints its message, anything else is a bug of ours
 * and keeps its stack.
 *
 * @param {unknown} error
 * @returns {never}
 */
export function exitWith(error) {
  if (error instanceof Failure) {
    say(error.message);
    process.exit(error.exitCode);
  }
  say(`a bug in this script: ${error instanceof Error ? error.stack : String(error)}`);
  process.exit(1);
}
