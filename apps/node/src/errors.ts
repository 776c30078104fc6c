import { ConvzooError } from '@convzoo/layers/errors';

/** A command that was called wrongly: exit code 2. */
export class UsageError extends ConvzooError {}

/** Codes of the packages that mean the same: the user named something that is not there. */
const USAGE_CODES = new Set([
  'unknown-model',
  'bad-option',
  'unknown-backend',
  'unknown-dataset',
  'no-weights',
  'no-pictures',
  'no-such-tap',
  'other-training',
  'unknown-weights',
  'bad-location',
  'insecure-url',
]);

export const EXIT = { ok: 0, failure: 1, usage: 2, interrupted: 130, terminated: 143 } as const;

export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** What an error is called in JSON, and what is said of it: every package's errors have a `code`. */
export function describeFailure(error: unknown): Failure {
  if (!(error instanceof Error)) return { code: 'unexpected', message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : 'unexpected';
  return { code, message: error.message };
}

export function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return EXIT.usage;
  const { code } = describeFailure(error);
  if (code === 'interrupted') return EXIT.interrupted;
  if (code === 'terminated') return EXIT.terminated;
  return USAGE_CODES.has(code) ? EXIT.usage : EXIT.failure;
}
