import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readFile, rename, rm, statfs, utimes, writeFile } from 'node:fs/promises';
import { HubError, systemCode } from '../errors.js';
import { parseRecord, parseUnfinished } from '../records.js';
import type { FileRecord, Incoming, ReceiveOptions, Store, Unfinished } from '../store.js';
import { cacheFailure } from './failures.js';
import { type Lock, takeLock } from './lock.js';
import { type CachePaths, cachePaths } from './paths.js';

/** A file of the cache. */
export interface CachedFile {
  readonly path: string;
  readonly record: FileRecord;
}

/** The cache folder as a store. Files become visible whole, by a rename; a lock file keeps processes apart. */
export class FolderStore implements Store<CachedFile> {
  constructor(readonly root: string) {}

  async find(url: string): Promise<CachedFile | undefined> {
    const paths = cachePaths(this.root, url);
    try {
      return await findIn(paths, url);
    } catch (error) {
      throw cacheFailure(error, paths.folder);
    }
  }

  async receive<T>(
    url: string,
    work: (incoming: Incoming<CachedFile>) => Promise<T>,
    { signal, onWait }: ReceiveOptions,
  ): Promise<T> {
    const paths = cachePaths(this.root, url);
    let lock: Lock | undefined;
    let incoming: IncomingFile | undefined;
    try {
      await mkdir(paths.folder, { recursive: true });
      lock = await takeLock(paths.lock, signal, onWait);
      incoming = await IncomingFile.open(paths, lock);
      return await work(incoming);
    } catch (error) {
      if (signal.aborted && !(error instanceof HubError)) {
        throw new HubError('interrupted', `Interrupted while waiting for ${url}.`, { cause: error });
      }
      throw cacheFailure(error, paths.folder);
    } finally {
      await incoming?.close();
      await lock?.release();
    }
  }
}

async function findIn(paths: CachePaths, url: string): Promise<CachedFile | undefined> {
  const [stats, text] = await Promise.all([regularFile(paths.file), readIfThere(paths.record)]);
  if (stats === undefined || text === undefined) return undefined;
  const record = parseRecord(text);
  // A record of another size is of another file: the process ended between two renames.
  if (record === undefined || record.url !== url || record.size !== stats.size) return undefined;
  const now = new Date();
  // Pruning goes by last use. A cache that cannot be written is still read.
  await utimes(paths.record, now, now).catch(() => undefined);
  return { path: paths.file, record };
}

/** Symbolic links are no files here: what they lead to is not the cache's. */
async function regularFile(path: string): Promise<Stats | undefined> {
  const stats = await ifThere(() => lstat(path));
  return stats?.isFile() === true ? stats : undefined;
}

const readIfThere = (path: string): Promise<string | undefined> => ifThere(() => readFile(path, 'utf8'));

async function ifThere<T>(read: () => Promise<T>): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Bytes that are read at once for hashing. */
const READ_BYTES = 1 << 20;
/** Room that is left to others on the disk. */
const SPARE_BYTES = 16 * 2 ** 20;

class IncomingFile implements Incoming<CachedFile> {
  private constructor(
    private readonly paths: CachePaths,
    private readonly lock: Lock,
    private readonly file: FileHandle,
    private size: number,
    private partOf: Unfinished | undefined,
  ) {}

  static async open(paths: CachePaths, lock: Lock): Promise<IncomingFile> {
    // O_NOFOLLOW: a link laid in the cache must not make us write elsewhere.
    const flags = constants.O_RDWR | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);
    const file = await open(paths.part, flags, 0o644);
    const text = await readIfThere(paths.partRecord);
    const unfinished = text === undefined ? undefined : parseUnfinished(text);
    const { size } = await file.stat();
    const incoming = new IncomingFile(paths, lock, file, size, unfinished);
    if (unfinished === undefined && size > 0) await incoming.discard();
    return incoming;
  }

  get held(): number {
    return this.size;
  }

  get unfinished(): Unfinished | undefined {
    return this.size > 0 ? this.partOf : undefined;
  }

  async *read(): AsyncIterable<Uint8Array> {
    const buffer = new Uint8Array(READ_BYTES);
    for (let at = 0; at < this.size; ) {
      const { bytesRead } = await this.file.read(buffer, 0, Math.min(READ_BYTES, this.size - at), at);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
      at += bytesRead;
    }
  }

  async begin(unfinished: Unfinished): Promise<void> {
    await this.discard();
    await this.checkRoom(unfinished.total ?? 0);
    await writeFile(this.paths.partRecord, JSON.stringify(unfinished));
    this.partOf = unfinished;
  }

  private async checkRoom(bytes: number): Promise<void> {
    const { bavail, bsize } = await statfs(this.paths.folder);
    const free = bavail * bsize;
    if (bytes + SPARE_BYTES <= free) return;
    throw new HubError(
      'disk-full',
      `The file has ${bytes} bytes, and ${free} are free at ${this.paths.folder}. Free some, e.g. by ` +
        '"convzoo weights cache --prune", or set CONVZOO_CACHE to another disk.',
    );
  }

  async append(bytes: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < bytes.byteLength; ) {
        const { bytesWritten } = await this.file.write(bytes, at, bytes.byteLength - at, this.size);
        at += bytesWritten;
        this.size += bytesWritten;
      }
    } catch (error) {
      throw cacheFailure(error, this.paths.part);
    }
  }

  async commit(record: FileRecord): Promise<CachedFile> {
    const { paths } = this;
    await this.file.sync();
    await this.lock.check();
    const { size } = await this.file.stat();
    if (size !== record.size) {
      throw new HubError(
        'cache-unusable',
        `${paths.part} has ${size} bytes, and ${record.size} were written. Try again.`,
      );
    }
    // The record first: without its file it counts for nothing, and the file is never without it.
    const aside = `${paths.record}.new`;
    await writeFile(aside, `${JSON.stringify(record, null, 2)}\n`);
    await rm(paths.file, { force: true });
    await rename(aside, paths.record);
    await rename(paths.part, paths.file);
    await rm(paths.partRecord, { force: true });
    return { path: paths.file, record };
  }

  async discard(): Promise<void> {
    await this.file.truncate(0);
    this.size = 0;
    this.partOf = undefined;
    await rm(this.paths.partRecord, { force: true });
  }

  /** Closes, and leaves no empty file behind. */
  async close(): Promise<void> {
    await this.file.close();
    if (this.size === 0) await rm(this.paths.part, { force: true });
  }
}
