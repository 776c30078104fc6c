import type { Preset } from '@convzoo/preprocessing';
import type { Picture } from './picture.js';
import type { Outcome } from './prepare.js';

/** What a worker is started with. */
export interface WorkerSetup {
  readonly preset: Preset;
}

export interface Job {
  readonly id: number;
  readonly picture: Picture;
}

export interface JobResult {
  readonly id: number;
  readonly outcome: Outcome;
}
