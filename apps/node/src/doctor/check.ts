/** What one look at the installation found. */
export interface Check {
  readonly name: string;
  /** A note is worth knowing and breaks nothing; a problem does. */
  readonly status: 'ok' | 'note' | 'problem';
  /** What was found, in a sentence without a full stop. */
  readonly found: string;
  /** What to do about it; each problem has one. */
  readonly remedy?: string | undefined;
  /** The same as data, for `--json`. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
}
