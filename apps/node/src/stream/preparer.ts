import type { Preset } from '@convzoo/preprocessing';
import type { Picture } from './picture.js';
import { type Decoded, decodePicture, inlinePreparer, type Preparer } from './prepare.js';

/** Pictures from which on a thread that decodes is worth its start, where nothing is said. */
const MANY = 16;

/** Where pictures are decoded, before it is known what they are preprocessed to. */
export interface Decoding {
  preparer(preset: Preset): Promise<Preparer>;
}

/**
 * In `workers` threads, in this one where that is 0, or by the number of pictures where it is undefined. In this thread the
 * first picture is begun at once: a network is still to be loaded, and some of that is waiting.
 */
export function startDecoding(pictures: readonly Picture[], workers: number | undefined): Decoding {
  const count = workers ?? (pictures.length >= MANY ? 1 : 0);
  if (count > 0) return { preparer: async (preset) => (await import('./pool.js')).workerPreparer(count, preset) };
  const begun = new Map<Picture, Promise<Decoded>>(pictures.slice(0, 1).map((first) => [first, decodePicture(first)]));
  return { preparer: async (preset) => inlinePreparer(preset, begun) };
}
