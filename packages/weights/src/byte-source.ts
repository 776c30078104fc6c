import { WeightsError } from './errors.js';

/** Bytes at rest, read in pieces: memory, a Blob of the browser, a file (`@convzoo/weights/node`). */
export interface ByteSource {
  /** What messages call it, e.g. a file's path. */
  readonly name: string;
  readonly size: number;
  /** A name of the bytes, equal for no others: where the file lies, and when it was changed. Absent where nobody can tell. */
  readonly fingerprint?: string | undefined;
  /** A fresh array of exactly `length` bytes, which the caller may keep and change. */
  read(offset: number, length: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The same without waiting, where the source can. */
  readSync?(offset: number, length: number): Uint8Array<ArrayBuffer>;
  /** The bytes where they lie, not to be changed, where the source is memory: saves a copy. */
  view?(offset: number, length: number): Uint8Array<ArrayBuffer>;
  /**
   * A file beside this one, by a path in it (`group1-shard1of2.bin`), for formats of several files. WeightsError
   * `unsafe-path` for a path that leaves the folder, `cannot-read` if there is none.
   */
  sibling?(path: string): Promise<ByteSource>;
  /** Frees what the source holds, e.g. a file handle. */
  close?(): Promise<void>;
}

/** A source that answers at once. */
export type MemorySource = ByteSource & Required<Pick<ByteSource, 'readSync' | 'view'>>;

/** Bytes that are in memory already, which must not change while the source is used. */
export function memorySource(bytes: Uint8Array | ArrayBuffer, name = 'memory'): MemorySource {
  const all = viewOf(bytes);
  const view = (offset: number, length: number): Uint8Array<ArrayBuffer> => {
    checkRange(name, all.length, offset, length);
    return all.subarray(offset, offset + length);
  };
  // Not `slice`: of a Buffer it shares memory.
  const readSync = (offset: number, length: number): Uint8Array<ArrayBuffer> => new Uint8Array(view(offset, length));
  return { name, size: all.length, view, readSync, read: async (offset, length) => readSync(offset, length) };
}

function viewOf(bytes: Uint8Array | ArrayBuffer): Uint8Array<ArrayBuffer> {
  if (bytes instanceof ArrayBuffer) return new Uint8Array(bytes);
  // Shared memory can change under the checks that are made here, so it is copied once.
  return bytes.buffer instanceof ArrayBuffer
    ? new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    : new Uint8Array(bytes);
}

/** A part of a source as a source of its own, e.g. a stored file in an archive. */
export function partSource(source: ByteSource, start: number, size: number, name: string): ByteSource {
  const { readSync } = source;
  return {
    name,
    size,
    async read(offset, length) {
      checkRange(name, size, offset, length);
      return source.read(start + offset, length);
    },
    ...(readSync !== undefined && {
      readSync(offset: number, length: number) {
        checkRange(name, size, offset, length);
        return readSync(start + offset, length);
      },
    }),
  };
}

/** The part of Blob and File that is needed, which Node and browsers have alike. */
export interface BlobLike {
  readonly size: number;
  readonly name?: string;
  slice(start: number, end: number): { arrayBuffer(): Promise<ArrayBuffer> };
}

/** A Blob or a File, e.g. of a file input or a drop; nothing but the ranges that are asked for is read. */
export function blobSource(blob: BlobLike, name = blob.name ?? 'blob'): ByteSource {
  return {
    name,
    size: blob.size,
    async read(offset, length) {
      checkRange(name, blob.size, offset, length);
      const buffer = await blob.slice(offset, offset + length).arrayBuffer();
      if (buffer.byteLength !== length) throw shortRead(name, offset, length, buffer.byteLength);
      return new Uint8Array(buffer);
    },
  };
}

/** Throws unless the range lies inside the source. */
export function checkRange(name: string, size: number, offset: number, length: number): void {
  if (
    Number.isSafeInteger(offset) &&
    Number.isSafeInteger(length) &&
    offset >= 0 &&
    length >= 0 &&
    offset + length <= size
  )
    return;
  throw new WeightsError(
    'truncated',
    `${name}: ${length} bytes from ${offset} are not in its ${size} bytes; the file is cut short.`,
  );
}

export function shortRead(name: string, offset: number, length: number, got: number): WeightsError {
  return new WeightsError(
    'truncated',
    `${name}: got ${got} of the ${length} bytes from ${offset}; was the file changed while it was read?`,
  );
}
