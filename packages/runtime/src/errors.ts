import { ConvzooError } from '@convzoo/layers';

export type RuntimeErrorCode =
  | 'backend-unavailable'
  | 'missing-parameter'
  | 'no-backend'
  | 'no-profile'
  | 'session-disposed'
  | 'unknown-backend'
  | 'unsupported-op'
  | 'wrong-input-shape'
  | 'wrong-parameter-shape';

/** A network that could not be prepared or run, or a backend that is not there. */
export class RuntimeError extends ConvzooError {
  declare readonly code: RuntimeErrorCode;

  constructor(code: RuntimeErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
