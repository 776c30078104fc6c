import { HubError } from '../errors.js';
import { parseRecord, parseUnfinished } from '../records.js';
import type { FileRecord, Incoming, ReceiveOptions, Store, Unfinished } from '../store.js';
import type { Blobs } from './blobs.js';

/** A file that the browser keeps. */
export interface StoredBlob {
  readonly blob: Blob;
  readonly record: FileRecord;
}

/** Runs work while no other tab has the same name; `navigator.locks.request` is one. */
export type Exclusively = <T>(name: string, work: () => Promise<T>, options: ReceiveOptions) => Promise<T>;

/**
 * Bytes of a piece. Blobs cannot be appended to, so what arrives is laid down in pieces, and a visit that ends loses at
 * most one; 8 MiB is a second or so of a good line.
 */
const PIECE_BYTES = 8 * 2 ** 20;

const keysOf = (url: string) => ({
  file: `file ${url}`,
  record: `record ${url}`,
  partRecord: `part ${url}`,
  piece: (index: number) => `piece ${index} ${url}`,
});
type Keys = ReturnType<typeof keysOf>;

/** A store over named blobs. */
export class BlobStore implements Store<StoredBlob> {
  constructor(
    private readonly blobs: Blobs,
    private readonly exclusively: Exclusively,
    private readonly pieceBytes: number = PIECE_BYTES,
  ) {}

  async find(url: string): Promise<StoredBlob | undefined> {
    const keys = keysOf(url);
    const [blob, text] = await Promise.all([this.blobs.get(keys.file), textOf(this.blobs, keys.record)]);
    const record = text === undefined ? undefined : parseRecord(text);
    if (blob === undefined || record === undefined || record.url !== url || record.size !== blob.size) return undefined;
    return { blob, record };
  }

  receive<T>(url: string, work: (incoming: Incoming<StoredBlob>) => Promise<T>, options: ReceiveOptions): Promise<T> {
    const run = async (): Promise<T> => {
      const incoming = await IncomingBlob.open(withTypedErrors(this.blobs), keysOf(url), this.pieceBytes);
      try {
        return await work(incoming);
      } finally {
        await incoming.close();
      }
    };
    return this.exclusively(`convzoo ${url}`, run, options);
  }

  /** Every finished file. */
  async list(): Promise<readonly StoredBlob[]> {
    const urls = (await this.blobs.keys()).filter((key) => key.startsWith('file ')).map((key) => key.slice(5));
    const found = await Promise.all(urls.map((url) => this.find(url)));
    return found.filter((each) => each !== undefined);
  }

  /** Removes a file, and what an unfinished download left of it. */
  async remove(url: string): Promise<void> {
    for (const key of await this.blobs.keys()) {
      if (key === keysOf(url).file || key === keysOf(url).record || key === keysOf(url).partRecord)
        await this.blobs.delete(key);
      else if (key.startsWith('piece ') && key.endsWith(` ${url}`)) await this.blobs.delete(key);
    }
  }
}

class IncomingBlob implements Incoming<StoredBlob> {
  private waiting: Uint8Array<ArrayBuffer>[] = [];
  private waitingBytes = 0;

  private constructor(
    private readonly blobs: Blobs,
    private readonly keys: Keys,
    private readonly pieceBytes: number,
    private pieces: Blob[],
    private partOf: Unfinished | undefined,
  ) {}

  static async open(blobs: Blobs, keys: Keys, pieceBytes: number): Promise<IncomingBlob> {
    const text = await textOf(blobs, keys.partRecord);
    const unfinished = text === undefined ? undefined : parseUnfinished(text);
    const pieces: Blob[] = [];
    for (
      let piece = await blobs.get(keys.piece(0));
      piece !== undefined;
      piece = await blobs.get(keys.piece(pieces.length))
    ) {
      pieces.push(piece);
    }
    const incoming = new IncomingBlob(blobs, keys, pieceBytes, pieces, unfinished);
    if (unfinished === undefined) await incoming.discard();
    return incoming;
  }

  get held(): number {
    return this.pieces.reduce((sum, { size }) => sum + size, 0) + this.waitingBytes;
  }

  get unfinished(): Unfinished | undefined {
    return this.held > 0 ? this.partOf : undefined;
  }

  async *read(): AsyncIterable<Uint8Array> {
    for (const piece of this.pieces) yield new Uint8Array(await piece.arrayBuffer());
    yield* this.waiting;
  }

  async begin(unfinished: Unfinished): Promise<void> {
    await this.discard();
    await this.blobs.put(this.keys.partRecord, new Blob([JSON.stringify(unfinished)]));
    this.partOf = unfinished;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.waiting.push(new Uint8Array(bytes));
    this.waitingBytes += bytes.byteLength;
    if (this.waitingBytes >= this.pieceBytes) await this.layDown();
  }

  private async layDown(): Promise<void> {
    if (this.waitingBytes === 0) return;
    const key = this.keys.piece(this.pieces.length);
    await this.blobs.put(key, new Blob(this.waiting));
    const kept = await this.blobs.get(key);
    if (kept === undefined) throw new HubError('cache-unusable', 'The browser keeps nothing of what is stored.');
    this.pieces.push(kept);
    this.waiting = [];
    this.waitingBytes = 0;
  }

  async commit(record: FileRecord): Promise<StoredBlob> {
    await this.layDown();
    // The record last: without it the file counts for nothing.
    await this.blobs.delete(this.keys.record);
    await this.blobs.put(this.keys.file, new Blob(this.pieces));
    await this.blobs.put(this.keys.record, new Blob([JSON.stringify(record)]));
    await this.discard();
    const blob = await this.blobs.get(this.keys.file);
    if (blob === undefined) throw new HubError('cache-unusable', 'The browser keeps nothing of what is stored.');
    return { blob, record };
  }

  async discard(): Promise<void> {
    // From the last on: what an interrupted removal leaves is then still the beginning of a file.
    for (let index = this.pieces.length - 1; index >= 0; index--) await this.blobs.delete(this.keys.piece(index));
    await this.blobs.delete(this.keys.partRecord);
    this.pieces = [];
    this.waiting = [];
    this.waitingBytes = 0;
    this.partOf = undefined;
  }

  /** Keeps what is held for the next time. */
  async close(): Promise<void> {
    if (this.partOf !== undefined) await this.layDown().catch(() => undefined);
  }
}

const textOf = async (blobs: Blobs, key: string): Promise<string | undefined> => (await blobs.get(key))?.text();

/** A full browser is a typed error at once, and no reason to ask the host again. */
const withTypedErrors = (blobs: Blobs): Blobs => ({
  ...blobs,
  put: (key, blob) =>
    blobs.put(key, blob).catch((error: unknown) => {
      throw isQuotaExceeded(error)
        ? new HubError('disk-full', 'The browser has no room left for this page. Remove other files of it first.', {
            cause: error,
          })
        : error;
    }),
});

const isQuotaExceeded = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'QuotaExceededError';
