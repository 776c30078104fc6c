import type { Random } from '../augment/random.js';
import type { Size } from '../image.js';

/** A sample as its data set has it: not decoded yet, unless the data set holds pixels. */
export interface RawSample {
  /** What errors call it: a path, or the number of a record in a file. */
  readonly name: string;
  /** The sample's own number in its data set, whatever the order in which it is read. It decides its augmentation. */
  readonly index: number;
  /** Index into the data set's `classes`. */
  readonly label: number;
  /** A picture file, or RGB pixels (HWC) where `size` is there. Whoever reads the sample may hand them on to a worker. */
  readonly bytes: Uint8Array;
  readonly size?: Size;
}

/** A data set whose samples can be read in any order. */
export interface IndexedDataset {
  readonly kind: 'indexed';
  readonly classes: readonly string[];
  /** How many samples. */
  readonly size: number;
  /** Reads one sample; its `index` is the one asked for. */
  load(index: number): Promise<RawSample>;
  /** What errors call a sample that cannot be read; its number where absent. */
  nameOf?(index: number): string;
}

/** A data set that is read from its beginning to its end, as archives are. Only what is being read is in memory. */
export interface StreamDataset {
  readonly kind: 'stream';
  readonly classes: readonly string[];
  /** Reads it once more; with `random`, its files in an order drawn from that. */
  read(random?: Random): AsyncIterable<RawSample>;
}

export type Dataset = IndexedDataset | StreamDataset;

/** Opens a file's bytes from their beginning; called once for every time the data set is read. */
export interface ByteSource {
  /** What errors call it. */
  readonly name: string;
  open(): AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;
}
