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

/** A picture that is decoded, or why it is not. */
export type Decoded = { readonly image: Image; readonly milliseconds: number } | { readonly failure: Failure };

/** Reads and decodes one picture. */
export async function decodePicture({ name, bytes }: Picture): Promise<Decoded> {
  try {
    const start = performance.now();
    const image = bytes === undefined ? await readPicture(name) : await decode(bytes);
    return { image, milliseconds: performance.now() - start };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}

/** Reads, decodes and preprocesses one picture, or does what is left of it. */
export async function preparePicture(
  picture: Picture,
  preset: Preset,
  begun: Promise<Decoded> = decodePicture(picture),
): Promise<Outcome> {
  const decoded = await begun;
  if ('failure' in decoded) return decoded;
  try {
    const start = performance.now();
    const stages = stagesOf(preset);
    const image = runImageStages(decoded.image, stages.image);
    const { data, shape } = stages.tensor.apply(image);
    // The garbage of some pictures, a megabyte each, would wait for the collector in every thread.
    freePixels(decoded.image);
    freePixels(image);
    return { data, shape, decode: decoded.milliseconds, preprocess: performance.now() - start };
  } catch (error) {
    return { failure: describeFailure(error) };
  }
}

const freePixels = ({ data }: Image): void => freeArray(data);

/** In this thread, one after the other; what is decoded already, or is being decoded, is not decoded again. */
export function inlinePreparer(preset: Preset, begun: ReadonlyMap<Picture, Promise<Decoded>> = new Map()): Preparer {
  let last: Promise<unknown> = Promise.resolve();
  return {
    capacity: 1,
    prepare(picture) {
      const next = last.then(() => preparePicture(picture, preset, begun.get(picture)));
      last = next;
      return next;
    },
    async [Symbol.asyncDispose]() {},
  };
}
