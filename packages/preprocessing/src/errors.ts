/**
 * Base of every error this package throws on purpose. It has the same shape as `ConvzooError` of `@convzoo/layers`
 * (`code`, `message`, `cause`), without the dependency.
 */
export class PreprocessingError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
    this.code = code;
  }
}

export type ImageErrorCode =
  /** No byte at all. */
  | 'empty-file'
  /** The bytes begin like no picture format we know. */
  | 'not-an-image'
  /** A picture, but of a format or variant that is not decoded here. */
  | 'unsupported-format'
  /** The bytes end before the picture does. */
  | 'truncated-image'
  /** The bytes contradict the format (bad checksum, impossible field, broken entropy-coded data). */
  | 'corrupt-image'
  /** The header announces more pixels than `maxPixels`. */
  | 'image-too-large';

/** The bytes handed to `decode` did not yield a picture. */
export class ImageError extends PreprocessingError {
  declare readonly code: ImageErrorCode;

  // Only the type of `code` is narrower than the base's.
  constructor(code: ImageErrorCode, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
  }
}

/** A data set file is not what its format says (`invalid-dataset`). */
export class DatasetError extends PreprocessingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('invalid-dataset', message, options);
  }
}

/** A caller's mistake: a size of zero, a crop outside the picture, an array of the wrong length. */
export function invalidArgument(message: string): PreprocessingError {
  return new PreprocessingError('invalid-argument', message);
}
