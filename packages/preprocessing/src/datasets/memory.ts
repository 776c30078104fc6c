import { DatasetError } from '../errors.js';
import type { Image } from '../image.js';
import type { LabelledImages } from './cifar10.js';
import { printable } from './errors.js';
import type { Dataset, IndexedDataset, RawSample } from './types.js';

/** Pictures of one size in one array, as `readCifar10Binary` gives them. */
export function arrayDataset({ images, labels, classes, size }: LabelledImages): IndexedDataset {
  const sample = size * size * 3;
  if (images.length !== labels.length * sample) {
    throw new DatasetError(`${labels.length} pictures of ${size}x${size} are not ${images.length} bytes`);
  }
  return inMemory(classes, labels.length, (index) => ({
    label: labels[index] as number,
    bytes: images.slice(index * sample, (index + 1) * sample),
    size: { height: size, width: size },
  }));
}

/** Decoded pictures, each of its own size. */
export function imageDataset(
  samples: readonly { readonly image: Image; readonly label: number; readonly name?: string }[],
  classes: readonly string[],
): IndexedDataset {
  return inMemory(classes, samples.length, (index) => {
    const { image, label, name } = samples[index] as (typeof samples)[number];
    const { height, width } = image;
    return { label, bytes: image.data.slice(), size: { height, width }, ...(name === undefined ? {} : { name }) };
  });
}

/** Most bytes that `loadDataset` keeps, so that a large archive read by mistake does not take all memory. */
const DEFAULT_MAX_BYTES = 2 ** 32;

/**
 * Reads a whole data set into memory as it is stored: picture files stay compressed. Then its samples can be read in any
 * order, and no file is opened again.
 */
export async function loadDataset(
  dataset: Dataset,
  { maxBytes = DEFAULT_MAX_BYTES }: { readonly maxBytes?: number } = {},
): Promise<IndexedDataset> {
  const samples: RawSample[] = [];
  let total = 0;
  for await (const sample of inStoredOrder(dataset)) {
    total += sample.bytes.length;
    if (total > maxBytes) {
      throw new DatasetError(
        `the data set has more than ${maxBytes} bytes (at ${printable(sample.name)}); stream it, or raise maxBytes`,
      );
    }
    samples.push(sample);
  }
  return {
    kind: 'indexed',
    classes: dataset.classes,
    size: samples.length,
    async load(index) {
      const sample = at(samples, index);
      return { ...sample, index, bytes: sample.bytes.slice() };
    },
  };
}

/** Every sample once, in the order of its index or its file. */
export async function* inStoredOrder(dataset: Dataset): AsyncGenerator<RawSample, void, undefined> {
  if (dataset.kind === 'stream') {
    yield* dataset.read();
    return;
  }
  for (let index = 0; index < dataset.size; index++) yield dataset.load(index);
}

function inMemory(
  classes: readonly string[],
  size: number,
  load: (index: number) => Omit<RawSample, 'index' | 'name'> & { readonly name?: string },
): IndexedDataset {
  return {
    kind: 'indexed',
    classes,
    size,
    async load(index) {
      if (!(Number.isInteger(index) && index >= 0 && index < size)) {
        throw new DatasetError(`there is no sample ${index}: the data set has ${size}`);
      }
      return { name: `sample ${index}`, index, ...load(index) };
    },
  };
}

function at(samples: readonly RawSample[], index: number): RawSample {
  const sample = samples[index];
  if (!sample) throw new DatasetError(`there is no sample ${index}: the data set has ${samples.length}`);
  return sample;
}
