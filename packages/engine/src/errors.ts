import { ConvzooError } from '@convzoo/layers';

export type EngineErrorCode =
  | 'backend-disposed'
  | 'bad-threads'
  | 'no-simd'
  | 'no-threads'
  | 'no-webassembly'
  | 'out-of-memory'
  | 'worker-lost';

/** The engine cannot start or go on. */
export class EngineError extends ConvzooError {
  declare readonly code: EngineErrorCode;

  constructor(code: EngineErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
