import type { Normalisation } from '../../normalise.js';
import { type Batch, type BatchOptions, batchesWith } from '../batches.js';
import { inlineExecutor } from '../executor.js';
import type { Dataset } from '../types.js';
import { createWorkerPool } from './worker-pool.js';

export interface WorkerBatchOptions extends BatchOptions {
  /** Threads that decode, augment and normalise; 0 (where absent) does it in this one. The batches are the same. */
  readonly workers?: number;
}

/**
 * As `batches`, prepared ahead in worker threads: each has two groups of eight samples. They are started for an epoch and
 * stopped at its end, at an error, and when the loop is left early. A worker that dies is a `SampleError` (`worker-died`)
 * with the name of the sample it was at, or reported like a broken file where `onError` is a function.
 */
export function loadBatches(
  dataset: Dataset,
  options: WorkerBatchOptions & { readonly normalise: Normalisation },
): AsyncGenerator<Batch<Float32Array>, void, undefined>;
export function loadBatches(
  dataset: Dataset,
  options: WorkerBatchOptions & { readonly normalise?: never },
): AsyncGenerator<Batch<Uint8Array>, void, undefined>;
export function loadBatches(dataset: Dataset, options: WorkerBatchOptions): AsyncGenerator<Batch, void, undefined>;
export function loadBatches(dataset: Dataset, options: WorkerBatchOptions): AsyncGenerator<Batch, void, undefined> {
  const { workers = 0, ...rest } = options;
  if (workers === 0) return batchesWith(dataset, rest, () => inlineExecutor);
  return batchesWith(dataset, rest, () =>
    createWorkerPool(workers, { keepSamples: typeof rest.onError === 'function' }),
  );
}
