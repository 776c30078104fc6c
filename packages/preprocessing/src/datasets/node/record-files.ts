import { stat } from 'node:fs/promises';
import { DatasetError } from '../../errors.js';
import { cifar10Records, cifar100Records } from '../cifar-records.js';
import { printable } from '../errors.js';
import {
  checkCounts,
  IDX_IMAGES_HEADER,
  IDX_LABELS_HEADER,
  idxSample,
  MNIST_CLASSES,
  parseIdxImages,
  parseIdxLabels,
  streamIdx,
} from '../idx.js';
import { indexedRecords, type RecordFormat, streamedRecords } from '../records.js';
import type { Dataset, IndexedDataset } from '../types.js';
import { fileSource, isGzip, readAtOf } from './files.js';

/** CIFAR-10's binary file. A plain one is read in any order, a gzipped one from its beginning. */
export async function cifar10File(path: string): Promise<Dataset> {
  return recordFile(path, cifar10Records);
}

export interface Cifar100Options {
  /** `'fine'` (100 classes) where absent, or `'coarse'` (20). */
  readonly labels?: 'fine' | 'coarse';
  /** Their names; numbers where absent. */
  readonly classes?: readonly string[];
}

/** CIFAR-100's binary file, as `cifar10File`. */
export async function cifar100File(path: string, { labels = 'fine', classes }: Cifar100Options = {}): Promise<Dataset> {
  return recordFile(path, cifar100Records(labels, classes));
}

async function recordFile(path: string, format: RecordFormat): Promise<Dataset> {
  if (await isGzip(path)) return streamedRecords(format, [fileSource(path)]);
  const { size } = await stat(path);
  if (size === 0 || size % format.record !== 0) {
    throw new DatasetError(`${printable(path)}: ${size} bytes are not whole records of ${format.record} bytes`);
  }
  return indexedRecords(format, { name: path, count: size / format.record, offset: 0, readAt: readAtOf(path) });
}

/** The files of one part of an IDX data set: MNIST, Fashion-MNIST. */
export interface IdxFiles {
  readonly images: string;
  readonly labels: string;
  /** `MNIST_CLASSES` where absent. */
  readonly classes?: readonly string[];
}

/** An IDX data set. Plain files are read in any order; where one is gzipped, from their beginning. */
export async function idxFiles({ images, labels, classes = MNIST_CLASSES }: IdxFiles): Promise<Dataset> {
  if ((await isGzip(images)) || (await isGzip(labels))) {
    return streamIdx({ images: fileSource(images), labels: fileSource(labels), classes });
  }
  return plainIdx(images, labels, classes);
}

async function plainIdx(images: string, labels: string, classes: readonly string[]): Promise<IndexedDataset> {
  const [readImage, readLabel] = [readAtOf(images), readAtOf(labels)];
  const { count, size } = parseIdxImages(await readImage(0, IDX_IMAGES_HEADER), images);
  checkCounts(count, parseIdxLabels(await readLabel(0, IDX_LABELS_HEADER), labels), images);
  const length = size.height * size.width;
  const bytes = await Promise.all([stat(images), stat(labels)]);
  if (bytes[0].size < IDX_IMAGES_HEADER + count * length || bytes[1].size < IDX_LABELS_HEADER + count) {
    throw new DatasetError(`${printable(images)}: truncated, its header announces ${count} pictures`);
  }
  return {
    kind: 'indexed',
    classes,
    size: count,
    async load(index) {
      const grey = await readImage(IDX_IMAGES_HEADER + index * length, length);
      const label = await readLabel(IDX_LABELS_HEADER + index, 1);
      return idxSample({ grey, label, size, classes, index, name: images });
    },
  };
}
