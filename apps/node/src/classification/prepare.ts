import { decode, type Preset, preprocess } from '@convzoo/preprocessing';
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
    const image = bytes === undefined ? await readPicture(name) : await decode(bytes);
    const decoded = performance.now();
    const { data, shape } = preprocess(image, preset);
    return { data, shape, decode: decoded - start, preprocess: performance.now() - decoded };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}

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
