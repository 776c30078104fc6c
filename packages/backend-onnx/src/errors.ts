import { ConvzooError } from '@convzoo/layers';

export type OnnxErrorCode = 'missing-parameter' | 'model-too-large' | 'unsupported-op';

/** A network that cannot be written as ONNX. */
export class OnnxError extends ConvzooError {
  declare readonly code: OnnxErrorCode;

  constructor(code: OnnxErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
