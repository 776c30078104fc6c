import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { gunzipSync } from 'node:zlib';
import { type LabelledImages, readCifar10Binary } from './datasets/cifar10.js';
import { readCifar10JpegTar, type Split } from './datasets/cifar10-jpeg.js';
import { decode } from './decode/decode.js';
import type { DecodeOptions } from './decode/limits.js';
import type { Image } from './image.js';

export {
  type Cifar100Options,
  cifar10File,
  cifar100File,
  fileSource,
  type IdxFiles,
  type ImageFolderOptions,
  idxFiles,
  imageFolder,
  loadBatches,
  loadTrainingSet,
  type WorkerBatchOptions,
  type WorkerTrainingSetOptions,
} from './datasets/node/index.js';

/** Reads and decodes a picture file; errors as `decode`, and the file system's own. */
export async function decodeFile(path: string, options?: DecodeOptions): Promise<Image> {
  return decode(await readFile(path), options);
}

/** One split of CIFAR-10 out of a tar.gz of JPEG files: see `readCifar10JpegTar`. */
export async function readCifar10Jpeg(path: string, split: Split): Promise<LabelledImages> {
  const stream = Readable.toWeb(createReadStream(path, { highWaterMark: 2 ** 20 }));
  return readCifar10JpegTar(stream as ReadableStream<Uint8Array>, split);
}

/** A CIFAR-10 binary file, plain or gzipped (`.gz`): see `readCifar10Binary`. */
export async function readCifar10BinaryFile(path: string): Promise<LabelledImages> {
  const bytes = await readFile(path);
  return readCifar10Binary(path.endsWith('.gz') ? gunzipSync(bytes) : bytes);
}
