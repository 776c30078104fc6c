import type { ByteSource } from '../../../byte-source.js';

/** What is not plain, or does not fit together: the HDF5 library is to read the file, or to say what is wrong with it. */
export class NotPlain extends Error {}

export function notPlain(why: string): never {
  throw new NotPlain(why);
}

/** A source that can be read at once. */
export type SyncSource = ByteSource & Required<Pick<ByteSource, 'readSync'>>;

export const isSync = (source: ByteSource): source is SyncSource => source.readSync !== undefined;

/** Most pieces that are read of one file for its index: structures that lead in circles end here. */
const MAX_READS = 500_000;

/** Pieces of a file as they are asked for, little-endian. */
export class Pieces {
  readonly #source: SyncSource;
  #reads = 0;

  constructor(source: SyncSource) {
    this.#source = source;
  }

  /** @throws NotPlain where the file ends before */
  at(offset: number, length: number): DataView<ArrayBuffer> {
    if (++this.#reads > MAX_READS) notPlain('it leads in circles');
    const bytes = this.bytes(offset, length);
    return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  bytes(offset: number, length: number): Uint8Array<ArrayBuffer> {
    if (!(offset >= 0 && length >= 0 && offset + length <= this.#source.size)) notPlain('it points beyond its end');
    return this.#source.readSync(offset, length);
  }
}

/** An address or a length of eight bytes. */
export function wide(view: DataView, offset: number): number {
  const value = Number(view.getBigUint64(offset, true));
  return Number.isSafeInteger(value) ? value : notPlain('an address is undefined');
}

/** The four letters that a structure begins with. */
export function expectSignature(view: DataView, letters: string): void {
  for (let i = 0; i < letters.length; i++)
    if (view.getUint8(i) !== letters.charCodeAt(i)) notPlain(`${letters} is missing`);
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Text up to a zero or the end of the bytes. */
export function textOf(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return decoder.decode(end < 0 ? bytes : bytes.subarray(0, end));
}

/** The part of a view that begins at `offset`, as bytes. */
export function part(view: DataView<ArrayBuffer>, offset: number, length: number): Uint8Array<ArrayBuffer> {
  if (offset + length > view.byteLength) notPlain('a structure is cut off');
  return new Uint8Array(view.buffer, view.byteOffset + offset, length);
}
