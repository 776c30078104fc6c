import { PreprocessingError } from '../errors.js';

/** One sample that could not be read, decoded or augmented. */
export interface SampleFailure {
  /** The sample's name: a path, mostly. */
  readonly name: string;
  readonly index: number;
  readonly error: Error;
}

/**
 * A sample is broken (`bad-sample`), or the worker that had it is gone (`worker-died`). The message begins with the
 * sample's name; `cause` is what was wrong, an `ImageError` mostly.
 */
export class SampleError extends PreprocessingError {
  declare readonly code: 'bad-sample' | 'worker-died';
  readonly sample: string;

  constructor(code: 'bad-sample' | 'worker-died', sample: string, problem: string, options?: { cause?: unknown }) {
    super(code, `${printable(sample)}: ${problem}`, options);
    this.sample = sample;
  }
}

/** Names come out of archives: control characters are shown, not sent to a terminal, and long ones are cut. */
export function printable(name: string): string {
  const shown = Array.from(name, (character) =>
    /\p{C}/u.test(character) ? `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}` : character,
  );
  return shown.length > 300 ? `${shown.slice(0, 300).join('')}...` : shown.join('');
}

export const messageOf = (reason: unknown): string => (reason instanceof Error ? reason.message : String(reason));
