import type { Checksum } from './checksum.js';

/** What is noted of a finished file. */
export interface FileRecord {
  /** The URL that the file is known by. */
  readonly url: string;
  readonly size: number;
  /** SHA-256 of the bytes as they were received, so that they can be checked without asking anyone. */
  readonly sha256: string;
  /** The checksum that its publisher states, where there is one; it agreed. */
  readonly published?: Checksum | undefined;
  /** ISO 8601. */
  readonly downloaded: string;
}

/** Which transfer an unfinished file is part of. */
export interface Unfinished {
  /** The URL that the file is known by. */
  readonly url: string;
  /** Where the bytes came from: bytes of two hosts are not mixed. */
  readonly from: string;
  /** The host's ETag or date, for If-Range. */
  readonly validator?: string | undefined;
  readonly total?: number | undefined;
}

/** A file on its way into the store; one holder at a time. */
export interface Incoming<Stored> {
  /** Bytes held. */
  readonly held: number;
  /** What they belong to; undefined where nothing is held. */
  readonly unfinished: Unfinished | undefined;
  /** The bytes held, for hashing. */
  read(): AsyncIterable<Uint8Array>;
  /** Drops what is held and starts anew. @throws HubError `disk-full` where `total` has no room */
  begin(unfinished: Unfinished): Promise<void>;
  append(bytes: Uint8Array): Promise<void>;
  /** Makes what is held the file, at once and as a whole. */
  commit(record: FileRecord): Promise<Stored>;
  /** Drops what is held. */
  discard(): Promise<void>;
}

/** Where files are kept: a folder, Cache Storage, the origin's private file system. */
export interface Store<Stored> {
  /** The finished file of that URL. */
  find(url: string): Promise<Stored | undefined>;
  /**
   * Runs `work` while no one else, in this process or another, has this URL's file in work. What `work` leaves unfinished
   * is kept.
   */
  receive<T>(url: string, work: (incoming: Incoming<Stored>) => Promise<T>, options: ReceiveOptions): Promise<T>;
}

export interface ReceiveOptions {
  readonly signal: AbortSignal;
  /** Called once where another has the file. */
  readonly onWait?: (() => void) | undefined;
}
