import { DatasetError } from '../errors.js';

/** A labelled set of small pictures of one size, in memory. */
export interface LabelledImages {
  /** uint8 NHWC: N * size * size * 3 bytes. */
  readonly images: Uint8Array;
  /** One class index a picture, into `classes`. */
  readonly labels: Uint8Array;
  readonly classes: readonly string[];
  /** Height and width of a picture in pixels. */
  readonly size: number;
}

/** In the order of the labels of CIFAR-10's own files (batches.meta.txt), which is also the alphabetical one. */
export const CIFAR10_CLASSES = [
  'airplane',
  'automobile',
  'bird',
  'cat',
  'deer',
  'dog',
  'frog',
  'horse',
  'ship',
  'truck',
] as const;

export const CIFAR10_SIZE = 32;
const PLANE = CIFAR10_SIZE * CIFAR10_SIZE;
const RECORD = 1 + 3 * PLANE;

/**
 * Reads CIFAR-10's binary format: per picture one label byte, then a plane of 1024 red, 1024 green and 1024 blue
 * bytes (https://www.cs.toronto.edu/~kriz/cifar.html). Throws `DatasetError`.
 */
export function readCifar10Binary(bytes: Uint8Array): LabelledImages {
  if (bytes.length === 0 || bytes.length % RECORD !== 0) {
    throw new DatasetError(`CIFAR-10 binary: ${bytes.length} bytes are not whole records of ${RECORD} bytes`);
  }
  const count = bytes.length / RECORD;
  const images = new Uint8Array(count * PLANE * 3);
  const labels = new Uint8Array(count);
  for (let n = 0, to = 0; n < count; n++) {
    const start = n * RECORD;
    const label = bytes[start] as number;
    if (label >= CIFAR10_CLASSES.length) {
      throw new DatasetError(`CIFAR-10 binary: record ${n} has label ${label}, expected 0 to 9`);
    }
    labels[n] = label;
    for (let red = start + 1; red < start + 1 + PLANE; red++, to += 3) {
      images[to] = bytes[red] as number;
      images[to + 1] = bytes[red + PLANE] as number;
      images[to + 2] = bytes[red + 2 * PLANE] as number;
    }
  }
  return { images, labels, classes: CIFAR10_CLASSES, size: CIFAR10_SIZE };
}
