import type { Parameters } from '@convzoo/layers';

/**
 * The state of a training as plain arrays: parameters and running statistics by path, the optimiser's slots beside them.
 * With the seed it determines everything that follows, since order, augmentation and dropout depend on seed, epoch, step
 * and index only.
 */
export interface Checkpoint {
  /** Updates done. */
  readonly step: number;
  readonly tensors: Parameters;
}

const PREFIX = 'optimiser';

/** Key of an optimiser's slot, e.g. `optimiser/sgd/momentum/conv1.weight`. */
export const slotKey = (optimiser: string, slot: string, path: string): string =>
  `${PREFIX}/${optimiser}/${slot}/${path}`;

/** The parameters of a checkpoint alone. */
export function parametersOf({ tensors }: Checkpoint): Parameters {
  return new Map([...tensors].filter(([key]) => !key.startsWith(`${PREFIX}/`)));
}
