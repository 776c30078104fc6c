import { ConvzooError } from '@convzoo/layers';

export type TrainingErrorCode = 'bad-checkpoint' | 'bad-labels' | 'diverged' | 'no-gradient' | 'nothing-to-train' | 'wrong-options';

/** A training that cannot start or go on. */
export class TrainingError extends ConvzooError {
  declare readonly code: TrainingErrorCode;

  // biome-ignore lint/complexity/noUselessConstructor: narrows `code` to the codes of this package
  constructor(code: TrainingErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
  }
}
