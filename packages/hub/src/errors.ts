import { ConvzooError } from '@convzoo/layers';

/** Every `code` of a {@link HubError}. */
export type HubErrorCode =
  /** Text that names no file, or one that could mean a path outside its repository. */
  | 'bad-location'
  /** Plain http to another machine, or a redirect from https to http. */
  | 'insecure-url'
  /** A name that the catalogue does not have. */
  | 'unknown-weights'
  /** The host has no such file. */
  | 'not-found'
  /** The host wants a token, or refuses the one it got. */
  | 'access-denied'
  /** It would have to be downloaded, and `offline` forbids that. */
  | 'offline'
  /** The host could not be reached, or broke off more often than the limit. */
  | 'network'
  /** The host answers with errors of its own (5xx, 429) more often than the limit. */
  | 'server-error'
  /** An answer that is none of those that a file server gives. */
  | 'bad-response'
  /** More redirects than the limit, or a circle of them. */
  | 'too-many-redirects'
  /** The file is larger than the limit. */
  | 'too-large'
  /** The file is of another size than was published. */
  | 'wrong-size'
  /** The bytes are others than were published. Nothing of them was kept. */
  | 'wrong-checksum'
  /** No room on the disk, or in the browser's quota. */
  | 'disk-full'
  /** The cache cannot be written, or read. */
  | 'cache-unusable'
  /** Another process had the same file for longer than the limit, or took the lock away. */
  | 'locked'
  /** The caller's signal ended it. What had arrived is kept for the next time. */
  | 'interrupted';

/** A file that cannot be had. The message says what was asked, what was received, and what to do. */
export class HubError extends ConvzooError {
  declare readonly code: HubErrorCode;

  constructor(code: HubErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}

export const messageOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  // fetch says "fetch failed" and leaves the reason to the cause.
  return error.cause instanceof Error
    ? `${error.message}: ${error.cause.message || String(error.cause)}`
    : error.message;
};

/** The system's word for what went wrong, such as `ENOSPC`. */
export const systemCode = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
