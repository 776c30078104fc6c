import { ConvzooError } from '@convzoo/layers';

export type ParityErrorCode =
  | 'bad-record'
  | 'bad-rename'
  | 'bad-tolerance'
  | 'no-records'
  | 'not-json'
  | 'other-record'
  | 'too-large'
  | 'unknown-argument'
  | 'unsupported-argument';

/** A record that cannot be read, or whose network cannot be built. */
export class ParityError extends ConvzooError {
  declare readonly code: ParityErrorCode;
  /** Line of the file, from 1, where a line is at fault. */
  readonly line: number | undefined;

  constructor(code: ParityErrorCode, message: string, options?: ErrorOptions & { readonly line?: number }) {
    super(code, options?.line === undefined ? message : `Line ${options.line}: ${message}`, options);
    this.line = options?.line;
  }
}
