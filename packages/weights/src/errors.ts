import { ConvzooError } from '@convzoo/layers';

/** Every `code` of a {@link WeightsError}. */
export type WeightsErrorCode =
  /** The bytes are of no format that is read here. */
  | 'unknown-format'
  /** A file ends before what its header promises, or goes on after it. */
  | 'truncated'
  /** A stated length is over a named limit. */
  | 'too-large'
  /** A header that is not what its format prescribes. */
  | 'bad-header'
  /** Two tensors of one name. */
  | 'duplicate-name'
  /** An element type that is not read here. */
  | 'unknown-dtype'
  /** A shape that is none, or that disagrees with the bytes. */
  | 'bad-shape'
  /** Byte ranges that overlap, leave holes, or lie outside the file. */
  | 'bad-offsets'
  /** A Python pickle that would run code or make objects other than tensors, dicts and plain values. Nothing was run. */
  | 'unsafe-pickle'
  /** A path in a manifest that leaves the folder, or is none. */
  | 'unsafe-path'
  /** A file has no tensor of that name. */
  | 'no-such-tensor'
  /** Reading or writing failed in the system: see `cause`. */
  | 'cannot-read'
  | 'cannot-write'
  /** A library that reads a format could not be loaded. */
  | 'reader-unavailable'
  /** A value cannot be converted without loss, or is not a number where one is needed. */
  | 'bad-value'
  /** Two names of a graph meet in one name of the dialect. */
  | 'bad-dialect'
  /** A network with a node that Keras's layers cannot express. */
  | 'no-architecture'
  /** The tensors of a file are not those of the network; see WeightsFitError. */
  | 'weights-do-not-fit';

/** A weight file or a set of parameters that cannot be used. The message says what was received and what to do. */
export class WeightsError extends ConvzooError {
  declare readonly code: WeightsErrorCode;

  constructor(code: WeightsErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
