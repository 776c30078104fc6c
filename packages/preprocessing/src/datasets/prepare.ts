import type { Augmentation } from '../augment/descriptors.js';
import { augment } from '../augment/draw.js';
import { decode } from '../decode/decode.js';
import { createImage, type Image } from '../image.js';
import type { Normalisation } from '../normalise.js';
import { toTensor } from '../tensor.js';
import type { RawSample } from './types.js';

/** What is done to every sample, as plain data: workers get it as it is. */
export interface Preparation {
  readonly seed: number;
  readonly epoch: number;
  readonly augment?: Augmentation;
  /** Float32 values where it is there, else bytes. */
  readonly normalise?: Normalisation;
  /** See `DecodeOptions`. */
  readonly maxPixels?: number;
  readonly applyOrientation?: boolean;
}

/** NHWC values of one sample. */
export interface Prepared {
  readonly data: Uint8Array | Float32Array;
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** Decodes, augments and normalises; what it gives depends on the sample and the preparation alone. */
export async function prepareSample(sample: RawSample, preparation: Preparation): Promise<Prepared> {
  const { augment: augmentation, normalise, seed, epoch } = preparation;
  const decoded = await toImage(sample, preparation);
  const image = augmentation ? augment(decoded, augmentation, { seed, epoch, index: sample.index }) : decoded;
  const { height, width } = image;
  if (!normalise) return { data: image.data, height, width, channels: 3 };
  return { data: toTensor(image, normalise), height, width, channels: normalise.grey === true ? 1 : 3 };
}

async function toImage({ bytes, size }: RawSample, { maxPixels, applyOrientation }: Preparation): Promise<Image> {
  if (size) return createImage(size.height, size.width, bytes);
  return decode(bytes, {
    ...(maxPixels === undefined ? {} : { maxPixels }),
    ...(applyOrientation === undefined ? {} : { applyOrientation }),
  });
}
