import type { Preset } from '@convzoo/preprocessing';
import { inlinePreparer, type Preparer } from './prepare.js';

/** Pictures from which on a thread that decodes is worth its start, where nothing is said. */
const MANY = 16;

/** Decodes in `workers` threads, in this one where that is 0, or by the number of pictures where it is undefined. */
export async function preparerFor(preset: Preset, pictures: number, workers: number | undefined): Promise<Preparer> {
  const count = workers ?? (pictures >= MANY ? 1 : 0);
  return count === 0 ? inlinePreparer(preset) : (await import('./pool.js')).workerPreparer(count, preset);
}
