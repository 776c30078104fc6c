import { lstat, readdir, readFile, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { agrees, describeChecksum } from '../checksum.js';
import { systemCode } from '../errors.js';
import { parseRecord, parseUnfinished } from '../records.js';
import type { FileRecord } from '../store.js';
import { cacheFailure } from './failures.js';
import { hashFile } from './hash.js';
import { takeLock } from './lock.js';
import { type CachePaths, cachePaths, LOCK, PART, PART_RECORD, RECORD } from './paths.js';

/** A file of the cache, or what has arrived of one. */
export interface CacheEntry {
  /** The URL that the file is known by; `unknown` for the rest of a download whose note is lost. */
  readonly url: string;
  /** The file; for an unfinished one, what there is of it. */
  readonly path: string;
  /** Bytes on disk. */
  readonly size: number;
  readonly state: 'complete' | 'unfinished';
  /** Milliseconds since 1970. */
  readonly lastUsed: number;
  readonly record?: FileRecord | undefined;
  readonly paths: CachePaths;
}

/**
 * Every file of a cache folder, the last used first. Only what this package laid there is seen.
 *
 * @throws HubError `cache-unusable`
 */
export async function listCache(root: string): Promise<readonly CacheEntry[]> {
  try {
    const entries: CacheEntry[] = [];
    for (const host of await folders(root)) {
      for (const hash of await folders(join(root, host))) {
        if (/^[0-9a-f]{16}$/.test(hash)) entries.push(...(await entriesIn(root, join(root, host, hash))));
      }
    }
    return entries.sort((a, b) => b.lastUsed - a.lastUsed);
  } catch (error) {
    throw cacheFailure(error, root);
  }
}

async function folders(path: string): Promise<readonly string[]> {
  try {
    const found = await readdir(path, { withFileTypes: true });
    return found.filter((each) => each.isDirectory()).map(({ name }) => name);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

async function entriesIn(root: string, folder: string): Promise<readonly CacheEntry[]> {
  const record = await readJson(join(folder, RECORD), parseRecord);
  const found: CacheEntry[] = [];
  if (record !== undefined) {
    const paths = cachePaths(root, record.url);
    const [file, used] = await Promise.all([statOf(paths.file), statOf(paths.record)]);
    // A record that names another folder's URL was copied there by hand.
    if (paths.folder === folder && file !== undefined && used !== undefined) {
      found.push({
        url: record.url,
        path: paths.file,
        size: file.size,
        state: 'complete',
        lastUsed: used.mtimeMs,
        record,
        paths,
      });
    }
  }
  const part = await statOf(join(folder, PART));
  if (part !== undefined) {
    const unfinished = await readJson(join(folder, PART_RECORD), parseUnfinished);
    const paths = pathsIn(folder, found[0]?.paths);
    const url = unfinished?.url ?? record?.url ?? 'unknown';
    found.push({ url, path: paths.part, size: part.size, state: 'unfinished', lastUsed: part.mtimeMs, paths });
  }
  return found;
}

/** An unfinished file's paths: its name is not known without its URL, and not needed. */
const pathsIn = (folder: string, known: CachePaths | undefined): CachePaths =>
  known ?? {
    folder,
    file: join(folder, PART),
    record: join(folder, RECORD),
    part: join(folder, PART),
    partRecord: join(folder, PART_RECORD),
    lock: join(folder, LOCK),
  };

async function statOf(path: string): Promise<{ size: number; mtimeMs: number } | undefined> {
  try {
    const stats = await lstat(path);
    return stats.isFile() ? stats : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

async function readJson<T>(path: string, parse: (text: string) => T | undefined): Promise<T | undefined> {
  try {
    return parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What to remove. Without either, everything. */
export interface PruneRule {
  /** Files that were not used for so many milliseconds. */
  readonly olderThan?: number | undefined;
  /** Bytes to keep at most; the longest unused go first. */
  readonly maxBytes?: number | undefined;
  readonly now?: number | undefined;
}

/** What {@link pruneCache} would remove of those entries. */
export function selectForPruning(entries: readonly CacheEntry[], rule: PruneRule): readonly CacheEntry[] {
  const { olderThan, maxBytes, now = Date.now() } = rule;
  if (olderThan === undefined && maxBytes === undefined) return entries;
  const byUse = [...entries].sort((a, b) => b.lastUsed - a.lastUsed);
  let kept = 0;
  return byUse.filter((entry) => {
    const tooOld = olderThan !== undefined && now - entry.lastUsed > olderThan;
    const tooMuch = maxBytes !== undefined && kept + entry.size > maxBytes;
    if (!tooOld && !tooMuch) kept += entry.size;
    return tooOld || tooMuch;
  });
}

export interface Pruned {
  readonly removed: readonly CacheEntry[];
  /** In use by a running download. */
  readonly busy: readonly CacheEntry[];
}

/** Long enough to see that the process which left a lock is gone. */
const LOCK_PATIENCE = 4000;

/**
 * Removes what {@link selectForPruning} names, and nothing that is being downloaded.
 *
 * @throws HubError `cache-unusable`
 */
export async function pruneCache(root: string, rule: PruneRule = {}): Promise<Pruned> {
  const [removed, busy]: [CacheEntry[], CacheEntry[]] = [[], []];
  for (const entry of selectForPruning(await listCache(root), rule)) {
    ((await removeEntry(entry)) ? removed : busy).push(entry);
  }
  return { removed, busy };
}

/** Removes one entry; false where a download has it. */
export async function removeEntry({ paths, state }: CacheEntry): Promise<boolean> {
  const patience = AbortSignal.timeout(LOCK_PATIENCE);
  try {
    const lock = await takeLock(paths.lock, patience);
    const doomed = state === 'complete' ? [paths.file, paths.record] : [paths.part, paths.partRecord];
    for (const path of doomed) await rm(path, { force: true });
    await lock.release();
  } catch (error) {
    if (patience.aborted) return false;
    throw cacheFailure(error, paths.folder);
  }
  // Other things that lie there are not ours; then the folder stays.
  await rmdir(paths.folder).catch(() => undefined);
  return true;
}

export interface Verified {
  readonly entry: CacheEntry;
  readonly ok: boolean;
  /** What is wrong, where it is. */
  readonly problem?: string | undefined;
}

/** Hashes a complete file again, and compares it with what was received and with what its publisher states. */
export async function verifyEntry(entry: CacheEntry, signal?: AbortSignal): Promise<Verified> {
  const { record, path, size } = entry;
  if (record === undefined) return { entry, ok: false, problem: 'unfinished' };
  if (size !== record.size) return { entry, ok: false, problem: `${size} bytes instead of ${record.size}` };
  const sha256 = await hashFile(path, 'sha256', signal);
  if (sha256 !== record.sha256) {
    return { entry, ok: false, problem: `expected SHA-256 ${record.sha256}, got ${sha256}` };
  }
  const { published } = record;
  if (published !== undefined) {
    const digest = published.algorithm === 'sha256' ? sha256 : await hashFile(path, published.algorithm, signal);
    if (!agrees(published, digest)) {
      return { entry, ok: false, problem: `published was ${describeChecksum(published)}, got ${digest}` };
    }
  }
  return { entry, ok: true };
}
