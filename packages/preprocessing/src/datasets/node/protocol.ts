import type { Preparation, Prepared } from '../prepare.js';
import type { RawSample } from '../types.js';

/** To a worker. */
export interface Job {
  readonly id: number;
  readonly samples: readonly RawSample[];
  readonly preparation: Preparation;
}

/** What a worker is started with: two 32-bit numbers that say which sample of which job it is at. */
export interface WorkerSetup {
  readonly progress: SharedArrayBuffer;
}

/** An error as data: its class does not survive the way between threads. */
export interface ErrorData {
  readonly name: string;
  readonly code?: string;
  readonly message: string;
}

/** From a worker: the outcomes of a job in the order of its samples. */
export interface JobResult {
  readonly id: number;
  readonly outcomes: readonly (Prepared | { readonly error: ErrorData })[];
}
