import { ConvzooError } from '@convzoo/layers';

export type TrainingErrorCode =
  | 'bad-batch'
  | 'bad-checkpoint'
  | 'bad-labels'
  | 'bad-parameters'
  | 'diverged'
  | 'no-gradient'
  | 'nothing-to-train'
  | 'wrong-options';

/** A training that cannot start or go on. */
export class TrainingError extends ConvzooError {
  declare readonly code: TrainingErrorCode;

  constructor(code: TrainingErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
