import { ConvzooError } from '@convzoo/layers';

/** Every `code` of a {@link KerasImportError}. */
export type KerasImportErrorCode =
  /** The configuration is not what Keras writes. */
  | 'bad-config'
  /** A layer, or a setting of a layer, that has no counterpart here. */
  | 'unsupported-layer'
  /** More layers, deeper nesting or larger extents than any network has. */
  | 'too-large'
  /** The model leaves its input's height and width open. */
  | 'input-size-needed'
  /** The file has weights only. */
  | 'no-architecture';

/** A model that cannot become a graph. The message says what was received and what to do. */
export class KerasImportError extends ConvzooError {
  declare readonly code: KerasImportErrorCode;
  /** The layer at fault as `model/inner/layer`; empty where it is the model. */
  readonly layer: string;

  constructor(code: KerasImportErrorCode, layer: string, message: string, options?: ErrorOptions) {
    super(code, layer === '' ? message : `Layer ${layer}: ${message}`, options);
    this.layer = layer;
  }
}
