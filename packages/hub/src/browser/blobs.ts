/** A place in the browser that keeps named blobs over visits: all that {@link BlobStore} needs of one. */
export interface Blobs {
  get(key: string): Promise<Blob | undefined>;
  put(key: string, blob: Blob): Promise<void>;
  delete(key: string): Promise<void>;
  keys(): Promise<readonly string[]>;
}

/** Keys are texts; Cache Storage wants URLs. The host does not exist and is never asked. */
const PREFIX = 'https://convzoo.invalid/';

/** Blobs in Cache Storage, which every page over https has. */
export function cacheStorageBlobs(cache: Cache): Blobs {
  const urlOf = (key: string): string => PREFIX + encodeURIComponent(key);
  return {
    get: async (key) => (await cache.match(urlOf(key)))?.blob(),
    put: (key, blob) => cache.put(urlOf(key), new Response(blob, { headers: { 'content-length': String(blob.size) } })),
    delete: async (key) => void (await cache.delete(urlOf(key))),
    keys: async () =>
      (await cache.keys())
        .filter(({ url }) => url.startsWith(PREFIX))
        .map(({ url }) => decodeURIComponent(url.slice(PREFIX.length))),
  };
}

/** Blobs as files of a folder of the origin's private file system. */
export function fileSystemBlobs(folder: FileSystemDirectoryHandle): Blobs {
  // encodeURIComponent leaves no separator; a name that is only dots does not occur, keys begin with a letter.
  const nameOf = (key: string): string => encodeURIComponent(key);
  return {
    async get(key) {
      try {
        return await (await folder.getFileHandle(nameOf(key))).getFile();
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw error;
      }
    },
    async put(key, blob) {
      const writable = await (await folder.getFileHandle(nameOf(key), { create: true })).createWritable();
      // What is written becomes the file when it is closed, as a whole.
      await writable.write(blob);
      await writable.close();
    },
    async delete(key) {
      try {
        await folder.removeEntry(nameOf(key));
      } catch (error) {
        if (!isNotFound(error)) throw error;
      }
    },
    async keys() {
      const names: string[] = [];
      for await (const name of namesOf(folder)) names.push(decodeURIComponent(name));
      return names;
    },
  };
}

const isNotFound = (error: unknown): boolean =>
  typeof error === 'object' && error !== null && 'name' in error && error.name === 'NotFoundError';

/** The iterator of a folder, which TypeScript's DOM library has in a part of its own. */
function namesOf(folder: FileSystemDirectoryHandle): AsyncIterable<string> {
  return (folder as FileSystemDirectoryHandle & { keys(): AsyncIterable<string> }).keys();
}
