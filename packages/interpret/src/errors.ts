import { ConvzooError } from '@convzoo/layers';

export type InterpretErrorCode = 'no-map' | 'not-a-map' | 'no-such-class' | 'wrong-shape' | 'wrong-options';

/** A layer, a class or an option with which nothing can be explained. */
export class InterpretError extends ConvzooError {
  declare readonly code: InterpretErrorCode;

  constructor(code: InterpretErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
