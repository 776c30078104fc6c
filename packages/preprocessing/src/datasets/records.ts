import { DatasetError } from '../errors.js';
import { ByteReader, readBytes } from './bytes.js';
import { printable } from './errors.js';
import type { ByteSource, IndexedDataset, RawSample, StreamDataset } from './types.js';

/** A file of records of one length, each of them a sample. */
export interface RecordFormat {
  readonly classes: readonly string[];
  /** Bytes of a record. */
  readonly record: number;
  /** The sample of a record; throws `DatasetError` where it is none. The name says which record it is. */
  decode(bytes: Uint8Array, index: number, name: string): RawSample;
}

/** Reads `count` bytes at `offset`, fewer only at the end of the file. */
export type ReadAt = (offset: number, count: number) => Promise<Uint8Array>;

/** Samples read one by one where they stand. `count` records begin at `offset`. */
export function indexedRecords(
  format: RecordFormat,
  { name, count, offset, readAt }: { name: string; count: number; offset: number; readAt: ReadAt },
): IndexedDataset {
  return {
    kind: 'indexed',
    classes: format.classes,
    size: count,
    async load(index) {
      const bytes = await readAt(offset + index * format.record, format.record);
      return format.decode(whole(bytes, format.record, name, index), index, recordName(name, index));
    },
  };
}

/** Samples in the order of the files, which may be gzipped. Only the record that is read is in memory. */
export function streamedRecords(format: RecordFormat, sources: readonly ByteSource[]): StreamDataset {
  return {
    kind: 'stream',
    classes: format.classes,
    async *read(random) {
      for (const { source, first } of inOrder(sources, random)) {
        const reader = new ByteReader(readBytes(source));
        try {
          for (let n = 0; ; n++) {
            const bytes = await reader.read(format.record);
            if (bytes.length === 0) break;
            const name = recordName(source.name, n);
            yield format.decode(whole(bytes, format.record, source.name, n), first + n, name);
          }
        } finally {
          await reader.close();
        }
      }
    },
  };
}

/** Indices of samples leave room for so many in each file, so that no file has to be read to number those of the next. */
const SAMPLES_PER_FILE = 2 ** 32;

/** The files, shuffled where `random` is given, and the index of the first sample of each. */
export function inOrder(
  sources: readonly ByteSource[],
  random: { shuffle<T extends unknown[]>(list: T): T } | undefined,
): { readonly source: ByteSource; readonly first: number }[] {
  const files = sources.map((source, n) => ({ source, first: n * SAMPLES_PER_FILE }));
  return random ? random.shuffle(files) : files;
}

const recordName = (file: string, index: number): string => `${file}, record ${index}`;

function whole(bytes: Uint8Array, record: number, name: string, index: number): Uint8Array {
  if (bytes.length === record) return bytes;
  throw new DatasetError(
    `${printable(name)}: record ${index} has ${bytes.length} bytes, expected ${record}: the file is truncated, or another format`,
  );
}
