import { freeArray } from '@convzoo/layers';
import { decode, type Image, type Preset, runImageStages, stagesOf } from '@convzoo/preprocessing';
import { describeFailure, type Failure } from '../errors.js';
import { readPicture } from '../network/classifier.js';
import type { Picture } from './picture.js';

/** A picture as a network takes it; times in milliseconds. */
export interface Prepared {
  readonly data: Float32Array;
  readonly shape: readonly number[];
  readonly decode: number;
  readonly preprocess: number;
}

/** A picture that cannot be had is an answer too. */
export type Outcome = Prepared | { readonly failure: Failure };

/** Where pictures are decoded: here, or in workers. */
export interface Preparer extends AsyncDisposable {
  /** How many it can have on their way usefully. */
  readonly capacity: number;
  prepare(picture: Picture): Promise<Outcome>;
}

/** Reads, decodes and preprocesses one picture. */
export async function preparePicture({ name, bytes }: Picture, preset: Preset): Promise<Outcome> {
  try {
    const start = performance.now();
    const decoded = bytes === undefined ? await readPicture(name) : await decode(bytes);
    const between = performance.now();
    const stages = stagesOf(preset);
    const image = runImageStages(decoded, stages.image);
    const { data, shape } = stages.tensor.apply(image);
    // The garbage of some pictures, a megabyte each, would wait for the collector in every thread.
    freePixels(decoded);
    freePixels(image);
    return { data, shape, decode: between - start, preprocess: performance.now() - between };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}

const freePixels = ({ data }: Image): void => freeArray(data);

/** In this thread, one after the other. */
export function inlinePreparer(preset: Preset): Preparer {
  let last: Promise<unknown> = Promise.resolve();
  return {
    capacity: 1,
    prepare(picture) {
      const next = last.then(() => preparePicture(picture, preset));
      last = next;
      return next;
    },
    async [Symbol.asyncDispose]() {},
  };
}
