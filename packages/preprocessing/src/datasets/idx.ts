import { DatasetError } from '../errors.js';
import type { Size } from '../image.js';
import { ByteReader, readBytes } from './bytes.js';
import { printable } from './errors.js';
import type { ByteSource, RawSample, StreamDataset } from './types.js';

/** Bytes before the first picture: magic number, how many, rows, columns. */
export const IDX_IMAGES_HEADER = 16;
/** Bytes before the first label: magic number, how many. */
export const IDX_LABELS_HEADER = 8;

/** Unsigned bytes (0x08) in three dimensions, and in one (LeCun, https://yann.lecun.com/exdb/mnist). */
const IMAGES_MAGIC = 0x0803;
const LABELS_MAGIC = 0x0801;

/** Largest side of a picture in an IDX file, so that a broken header cannot ask for gigabytes; MNIST has 28. */
const MAX_SIDE = 4096;

export const MNIST_CLASSES = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

export interface IdxImages {
  readonly count: number;
  readonly size: Size;
}

/** The header of a file of pictures; throws `DatasetError`. */
export function parseIdxImages(header: Uint8Array, name: string): IdxImages {
  const fields = headerFields(header, name, IDX_IMAGES_HEADER, IMAGES_MAGIC, 'pictures (idx3-ubyte)');
  const [count = 0, height = 0, width = 0] = fields;
  if (!(height > 0 && width > 0 && height <= MAX_SIDE && width <= MAX_SIDE)) {
    throw new DatasetError(`${printable(name)}: pictures of ${width}x${height} pixels, expected 1 to ${MAX_SIDE}`);
  }
  return { count, size: { height, width } };
}

/** The header of a file of labels: how many; throws `DatasetError`. */
export function parseIdxLabels(header: Uint8Array, name: string): number {
  return headerFields(header, name, IDX_LABELS_HEADER, LABELS_MAGIC, 'labels (idx1-ubyte)')[0] ?? 0;
}

function headerFields(header: Uint8Array, name: string, length: number, magic: number, what: string): number[] {
  const view = new DataView(header.buffer, header.byteOffset, header.byteLength);
  if (header.length < length || view.getUint32(0) !== magic) {
    throw new DatasetError(`${printable(name)}: not an IDX file of ${what}`);
  }
  return Array.from({ length: length / 4 - 1 }, (_, n) => view.getUint32(4 * n + 4));
}

/** Where the pictures and labels of one part of an IDX data set (MNIST, Fashion-MNIST) are; either may be gzipped. */
export interface IdxSources {
  readonly images: ByteSource;
  readonly labels: ByteSource;
  /** `MNIST_CLASSES` where absent. */
  readonly classes?: readonly string[];
}

/** An IDX data set read in order, picture by picture; grey values become RGB. Errors are `DatasetError`. */
export function streamIdx({ images, labels, classes = MNIST_CLASSES }: IdxSources): StreamDataset {
  return {
    kind: 'stream',
    classes,
    async *read() {
      const pictures = new ByteReader(readBytes(images));
      const numbers = new ByteReader(readBytes(labels));
      try {
        const { count, size } = parseIdxImages(await pictures.read(IDX_IMAGES_HEADER), images.name);
        checkCounts(count, parseIdxLabels(await numbers.read(IDX_LABELS_HEADER), labels.name), images.name);
        for (let index = 0; index < count; index++) {
          const grey = await pictures.read(size.height * size.width);
          const label = await numbers.read(1);
          yield idxSample({ grey, label, size, classes, index, name: images.name });
        }
      } finally {
        await Promise.all([pictures.close(), numbers.close()]);
      }
    },
  };
}

export function checkCounts(images: number, labels: number, name: string): void {
  if (images !== labels) {
    throw new DatasetError(`${printable(name)}: ${images} pictures, but ${labels} labels; they are of different sets`);
  }
}

interface IdxRecord {
  readonly grey: Uint8Array;
  readonly label: Uint8Array;
  readonly size: Size;
  readonly classes: readonly string[];
  readonly index: number;
  /** Of the file of pictures. */
  readonly name: string;
}

export function idxSample({ grey, label, size, classes, index, name }: IdxRecord): RawSample {
  const sample = `${name}, record ${index}`;
  const [number] = label;
  if (grey.length !== size.height * size.width || number === undefined) {
    throw new DatasetError(`${printable(sample)} is cut off: the file is truncated`);
  }
  if (number >= classes.length) {
    throw new DatasetError(`${printable(sample)} has label ${number}, expected 0 to ${classes.length - 1}`);
  }
  const bytes = new Uint8Array(grey.length * 3);
  for (const [n, value] of grey.entries()) bytes.fill(value, 3 * n, 3 * n + 3);
  return { name: sample, index, label: number, bytes, size };
}
