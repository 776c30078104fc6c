/** Plain lines for people: each step of the build says one thing on stderr, so that stdout stays free for callers. */

/** A failure that has an answer: `message` says what happened, `advice` what to do about it. */
export class NativeBuildError extends Error {
  /**
   * @param {string} message what happened, with the value that was met
   * @param {string} advice what the reader can do
   */
  constructor(message, advice) {
    super(message);
    this.name = 'NativeBuildError';
    this.advice = advice;
  }
}

/** @param {string} line */
export function say(line) {
  process.stderr.write(`native: ${line}\n`);
}

/**
 * The line of a tool's output that tells most: the last one that names an error, else the last one.
 * @param {string} text
 */
export function tellingLine(text) {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  return lines.findLast((line) => /error/i.test(line)) ?? lines.at(-1) ?? 'no message';
}
