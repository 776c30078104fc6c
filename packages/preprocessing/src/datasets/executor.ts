import { type Preparation, type Prepared, prepareSample } from './prepare.js';
import type { RawSample } from './types.js';

/** What became of one sample. */
export type Outcome = Prepared | { readonly error: Error };

/** Where samples are prepared: here, or in workers. */
export interface Executor {
  /** How many groups may be on their way at once. */
  readonly capacity: number;
  /** The outcomes in the order of the samples. Rejects only where no outcome can be had for the group. */
  run(samples: readonly RawSample[], preparation: Preparation): Promise<Outcome[]>;
  /** Stops what is running. */
  close(): Promise<void>;
}

/** Prepares samples in this thread, when they are asked for. */
export const inlineExecutor: Executor = {
  capacity: 1,
  async run(samples, preparation) {
    const outcomes: Outcome[] = [];
    for (const sample of samples) outcomes.push(await attempt(sample, preparation));
    return outcomes;
  },
  async close() {},
};

export async function attempt(sample: RawSample, preparation: Preparation): Promise<Outcome> {
  try {
    return await prepareSample(sample, preparation);
  } catch (reason) {
    return { error: reason instanceof Error ? reason : new Error(String(reason)) };
  }
}
