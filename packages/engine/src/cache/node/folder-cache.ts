import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { type CacheOptions, DEFAULT_LIMIT, lengthOf, surplus, type WeightsCache } from '../weights-cache.js';

const SUFFIX = '.weights';
const TEMPORARY = '.tmp';
/** Milliseconds after which a temporary file is one of a process that died: a day. */
const ABANDONED = 86_400_000;
/** Node reads and writes at most 2^31 - 1 bytes at once. */
const PIECE = 2 ** 30;

/**
 * A folder of files, one an entry, which is made when it is needed. Files are written under another name and renamed, so processes
 * may share it. Where it cannot be read or written nothing is cached, and nobody is told: it only saves time.
 */
export function folderCache(folder: string, { limit = DEFAULT_LIMIT }: CacheOptions = {}): WeightsCache {
  return {
    async read(key, parts) {
      try {
        const path = join(folder, key + SUFFIX);
        const complete = await readFile(path, parts);
        // When it was used last; the time of its making is of no interest. A folder that is only to be read keeps its times.
        if (complete) await utimes(path, new Date(), new Date()).catch(() => undefined);
        return complete;
      } catch {
        return false;
      }
    },
    async write(key, parts) {
      if (lengthOf(parts) > limit) return;
      const temporary = join(folder, `${key}.${randomBytes(6).toString('hex')}${TEMPORARY}`);
      try {
        await mkdir(folder, { recursive: true });
        await writeFile(temporary, parts);
        await rename(temporary, join(folder, key + SUFFIX));
        await evict(folder, limit);
      } catch {
        await rm(temporary, { force: true }).catch(() => undefined);
      }
    },
  };
}

async function readFile(path: string, parts: readonly Uint8Array[]): Promise<boolean> {
  await using handle = disposable(await open(path, 'r'));
  if ((await handle.file.stat()).size !== lengthOf(parts)) return false;
  for (const part of parts) {
    for (let done = 0; done < part.length; ) {
      const { bytesRead } = await handle.file.read(part, done, Math.min(part.length - done, PIECE));
      if (bytesRead === 0) return false;
      done += bytesRead;
    }
  }
  return true;
}

async function writeFile(path: string, parts: readonly Uint8Array[]): Promise<void> {
  await using handle = disposable(await open(path, 'wx'));
  for (const part of parts) {
    for (let done = 0; done < part.length; ) {
      const { bytesWritten } = await handle.file.write(part, done, Math.min(part.length - done, PIECE));
      done += bytesWritten;
    }
  }
}

/** File handles of Node 20.19 cannot be disposed of by `using` in all of its versions. */
const disposable = (file: FileHandle) => ({ file, [Symbol.asyncDispose]: () => file.close() });

async function evict(folder: string, limit: number): Promise<void> {
  const found = await Promise.all(
    (await readdir(folder)).map(async (name) => {
      const path = join(folder, name);
      // Another process may have removed it meanwhile.
      const info = await stat(path).catch(() => undefined);
      return info === undefined ? [] : [{ name, path, bytes: info.size, used: info.mtimeMs }];
    }),
  );
  const files = found.flat();
  const entries = files.filter(({ name }) => name.endsWith(SUFFIX));
  const abandoned = files.filter(({ name, used }) => name.endsWith(TEMPORARY) && used < Date.now() - ABANDONED);
  await Promise.all([...surplus(entries, limit), ...abandoned].map(({ path }) => rm(path, { force: true })));
}
