import { unpackTar } from 'modern-tar';
import { decode } from '../decode/decode.js';
import { DatasetError } from '../errors.js';
import { CIFAR10_CLASSES, CIFAR10_SIZE, type LabelledImages } from './cifar10.js';

export type Split = 'train' | 'test';

const SAMPLE = CIFAR10_SIZE * CIFAR10_SIZE * 3;

/**
 * Reads one split of CIFAR-10 as JPEG files out of a tar.gz stream, without unpacking it to disk. The names are
 * `.../{train,test}/CLASS/NAME.jpg`; the pictures come in the order of their sorted names, so class after class, and
 * always alike. Throws `DatasetError`, with the name of the file that is wrong.
 *
 * In memory at once: the compressed pictures of the split (about 40 MB for train) and the result (154 MB for train).
 */
export async function readCifar10JpegTar(tarGz: ReadableStream<Uint8Array>, split: Split): Promise<LabelledImages> {
  const entries = await unpackSplit(tarGz, split);
  if (entries.length === 0) {
    throw new DatasetError(`CIFAR-10 JPEG: no file is named .../${split}/CLASS/NAME.jpg`);
  }
  const images = new Uint8Array(entries.length * SAMPLE);
  const labels = new Uint8Array(entries.length);
  for (const [n, { name, label, bytes }] of entries.entries()) {
    labels[n] = label;
    images.set(await decodeSample(name, bytes), n * SAMPLE);
  }
  return { images, labels, classes: CIFAR10_CLASSES, size: CIFAR10_SIZE };
}

interface Entry {
  readonly name: string;
  readonly label: number;
  readonly bytes: Uint8Array;
}

async function unpackSplit(tarGz: ReadableStream<Uint8Array>, split: Split): Promise<Entry[]> {
  const pattern = new RegExp(`(?:^|/)${split}/([^/]+)/[^/]+\\.jpe?g$`, 'i');
  const tar = tarGz.pipeThrough(gunzip());
  const files = await unpackTar(tar, {
    strict: true,
    filter: ({ name, type }) => type === 'file' && pattern.test(name),
  }).catch((cause: unknown) => {
    throw new DatasetError(`CIFAR-10 JPEG: not a readable tar.gz (${String(cause)})`, { cause });
  });
  const entries = files.map(({ header: { name }, data }) => {
    const label = (CIFAR10_CLASSES as readonly string[]).indexOf(pattern.exec(name)?.[1] ?? '');
    if (label < 0) throw new DatasetError(`CIFAR-10 JPEG: ${name} is in a folder that is not one of the ten classes`);
    return { name, label, bytes: data ?? new Uint8Array(0) };
  });
  // By code units, not by locale: the order must not depend on the machine.
  return entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The types of Node and of browsers disagree on what may be written, so neither's is used. */
function gunzip(): { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> } {
  return new DecompressionStream('gzip') as ReturnType<typeof gunzip>;
}

async function decodeSample(name: string, bytes: Uint8Array): Promise<Uint8Array> {
  const image = await decode(bytes, { maxPixels: CIFAR10_SIZE * CIFAR10_SIZE }).catch((cause: unknown) => {
    throw new DatasetError(`CIFAR-10 JPEG: ${name}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
  });
  if (image.width !== CIFAR10_SIZE || image.height !== CIFAR10_SIZE) {
    throw new DatasetError(`CIFAR-10 JPEG: ${name} has ${image.width}x${image.height} pixels, expected 32x32`);
  }
  return image.data;
}
