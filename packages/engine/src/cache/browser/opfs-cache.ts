import { type CacheOptions, DEFAULT_LIMIT, lengthOf, surplus, type WeightsCache } from '../weights-cache.js';

const SUFFIX = '.weights';
/** An empty file beside an entry that is written when the entry is read: files here have no other time. */
const USED = '.used';
/** Bytes that are copied at once: files take no views of WebAssembly's memory. */
const PIECE = 16_777_216;

/**
 * A folder in the origin's private file system. A file takes its contents when it is closed, so pages may share it. Where there is
 * none, or no room, nothing is cached, and nobody is told: it only saves time.
 */
export function opfsCache({
  limit = DEFAULT_LIMIT,
  folder = 'convzoo-engine',
}: CacheOptions & { readonly folder?: string | undefined } = {}): WeightsCache {
  const directory = async (): Promise<FileSystemDirectoryHandle> =>
    (await navigator.storage.getDirectory()).getDirectoryHandle(folder, { create: true });
  return {
    async read(key, parts) {
      try {
        const entries = await directory();
        const file = await (await entries.getFileHandle(key + SUFFIX)).getFile();
        if (file.size !== lengthOf(parts)) return false;
        await fill(parts, file);
        // Without room there is no time of its use, but still an entry.
        await writeFile(entries, key + USED, []).catch(() => undefined);
        return true;
      } catch {
        return false;
      }
    },
    async write(key, parts) {
      if (lengthOf(parts) > limit) return;
      try {
        const entries = await directory();
        await writeFile(entries, key + SUFFIX, parts);
        await writeFile(entries, key + USED, []);
        await evict(entries, limit);
      } catch {
        // Not kept.
      }
    },
  };
}

async function fill(parts: readonly Uint8Array[], file: File): Promise<void> {
  let offset = 0;
  for (const part of parts) {
    for (let done = 0; done < part.length; done += PIECE) {
      const length = Math.min(PIECE, part.length - done);
      part.set(new Uint8Array(await file.slice(offset, offset + length).arrayBuffer()), done);
      offset += length;
    }
  }
}

async function writeFile(
  entries: FileSystemDirectoryHandle,
  name: string,
  parts: readonly Uint8Array[],
): Promise<void> {
  const writable = await (await entries.getFileHandle(name, { create: true })).createWritable();
  try {
    for (const part of parts) {
      for (let done = 0; done < part.length; done += PIECE) {
        // A copy, whose buffer is never shared.
        await writable.write(new Uint8Array(part.subarray(done, done + PIECE)));
      }
    }
    await writable.close();
  } catch (error) {
    await writable.abort().catch(() => undefined);
    throw error;
  }
}

async function evict(entries: FileSystemDirectoryHandle, limit: number): Promise<void> {
  const files = new Map<string, File>();
  for await (const [name, handle] of entries.entries()) {
    if (handle.kind === 'file') files.set(name, await (handle as FileSystemFileHandle).getFile());
  }
  const known = [...files].flatMap(([name, { size, lastModified }]) => {
    if (!name.endsWith(SUFFIX)) return [];
    const key = name.slice(0, -SUFFIX.length);
    return [{ key, bytes: size, used: files.get(key + USED)?.lastModified ?? lastModified }];
  });
  for (const { key } of surplus(known, limit)) {
    await entries.removeEntry(key + SUFFIX);
    await entries.removeEntry(key + USED).catch(() => undefined);
  }
}
