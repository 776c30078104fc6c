import { inlineExecutor } from '../executor.js';
import { type TrainingSet, type TrainingSetOptions, trainingSetWith } from '../training-set.js';
import type { IndexedDataset } from '../types.js';
import { createWorkerPool } from './worker-pool.js';

export interface WorkerTrainingSetOptions extends TrainingSetOptions {
  /** Threads that decode, augment and normalise; 0 (where absent) does it in this one. What is written is the same. */
  readonly workers?: number;
}

/**
 * As `trainingSet`, prepared in worker threads, which stay for the whole training. Idle ones do not keep the process
 * alive; `close` stops them. A worker that dies is a `SampleError` (`worker-died`); the next `fill` starts another.
 */
export function loadTrainingSet(dataset: IndexedDataset, options: WorkerTrainingSetOptions): Promise<TrainingSet> {
  const { workers = 0, ...rest } = options;
  const open = () => (workers === 0 ? inlineExecutor : createWorkerPool(workers, { keepSamples: false }));
  return trainingSetWith(dataset, rest, open);
}
