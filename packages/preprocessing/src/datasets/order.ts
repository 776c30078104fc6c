import { createRandom, type Random } from '../augment/random.js';
import { invalidArgument } from '../errors.js';
import type { SampleFailure } from './errors.js';
import type { Dataset, RawSample } from './types.js';

/** Samples that a shuffle of a stream holds at once, where nothing else is said. */
export const DEFAULT_SHUFFLE_BUFFER = 1024;

export interface OrderOptions {
  /** Whether the order is drawn anew for each epoch; a stream holds back as many samples as `buffer` says. */
  readonly shuffle: boolean | { readonly buffer: number };
  readonly seed: number;
  readonly epoch: number;
}

/** How samples come out of a data set: one that can be read, or one that could not. */
export type Read = RawSample | SampleFailure;

/** The indices of an indexed data set in the order of an epoch. */
function epochOrder(size: number, { shuffle, seed, epoch }: OrderOptions): Uint32Array {
  const order = Uint32Array.from({ length: size }, (_, index) => index);
  return shuffle === false ? order : orderRandom(seed, epoch).shuffle(order);
}

/** The samples of an epoch, `count` at a time; those of one group are read together where the data set allows it. */
export async function* readGroups(dataset: Dataset, options: OrderOptions, count: number): AsyncGenerator<Read[]> {
  if (dataset.kind === 'indexed') {
    const order = epochOrder(dataset.size, options);
    for (let start = 0; start < order.length; start += count) {
      yield await Promise.all(Array.from(order.subarray(start, start + count), (index) => load(dataset, index)));
    }
    return;
  }
  let group: Read[] = [];
  for await (const sample of readStream(dataset, options)) {
    group.push(sample);
    if (group.length === count) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

async function load(dataset: Extract<Dataset, { kind: 'indexed' }>, index: number): Promise<Read> {
  try {
    return await dataset.load(index);
  } catch (reason) {
    const error = reason instanceof Error ? reason : new Error(String(reason));
    return { name: dataset.nameOf?.(index) ?? `sample ${index}`, index, error };
  }
}

function readStream(
  dataset: Extract<Dataset, { kind: 'stream' }>,
  { shuffle, seed, epoch }: OrderOptions,
): AsyncIterable<RawSample> {
  if (shuffle === false) return dataset.read();
  const random = orderRandom(seed, epoch);
  const buffer = shuffle === true ? DEFAULT_SHUFFLE_BUFFER : shuffle.buffer;
  return shuffleBuffer(dataset.read(random.fork('files')), buffer, random.fork('buffer'));
}

/**
 * Shuffles what cannot be read in any order: `size` items are held, and each that comes takes the place of a random one,
 * which goes out. An item goes out at most `size` places early, however large the set is.
 */
export async function* shuffleBuffer<T>(items: AsyncIterable<T>, size: number, random: Random): AsyncGenerator<T> {
  if (!(Number.isInteger(size) && size > 0)) {
    throw invalidArgument(`the buffer of a shuffle must hold a positive number of samples, got ${size}`);
  }
  const held: T[] = [];
  for await (const item of items) {
    if (held.length < size) {
      held.push(item);
      continue;
    }
    const place = random.int(size);
    const out = held[place] as T;
    held[place] = item;
    yield out;
  }
  yield* random.shuffle(held);
}

const orderRandom = (seed: number, epoch: number): Random => createRandom(seed).fork('order').fork(epoch);
