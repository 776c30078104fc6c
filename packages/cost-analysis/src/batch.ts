import { ConvzooError } from '@convzoo/layers';

/**
 * A number of examples.
 * @throws ConvzooError `bad-batch` where it is none
 */
export function checkBatch(batch: number): number {
  if (Number.isSafeInteger(batch) && batch >= 1) return batch;
  throw new ConvzooError('bad-batch', `A batch is a whole number of examples, at least 1; got ${batch}.`);
}
