import type { Exclusively } from '../src/browser.js';

/** Cache Storage as far as the store uses it, and as it behaves: `put` takes a whole response, keys are requests. */
export function fakeCache(quota = Number.POSITIVE_INFINITY): Cache {
  const entries = new Map<string, Uint8Array<ArrayBuffer>>();
  const cache: Pick<Cache, 'match' | 'put' | 'delete' | 'keys'> = {
    match: async (request) => {
      const bytes = entries.get(String(request));
      return bytes === undefined ? undefined : new Response(bytes);
    },
    put: async (request, response) => {
      const bytes = new Uint8Array(await response.arrayBuffer());
      const used = [...entries.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
      if (used + bytes.byteLength > quota) throw new DOMException('Quota exceeded.', 'QuotaExceededError');
      entries.set(String(request), bytes);
    },
    delete: async (request) => entries.delete(String(request)),
    keys: async () => [...entries.keys()].map((url) => new Request(url)),
  };
  return cache as Cache;
}

/** A folder of the origin's private file system: what is written appears when the stream is closed. */
export function fakeFolder(): FileSystemDirectoryHandle {
  const files = new Map<string, Blob>();
  const missing = (): never => {
    throw new DOMException('No such file.', 'NotFoundError');
  };
  const folder = {
    async getFileHandle(name: string, { create = false } = {}) {
      if (name.includes('/') || name === '.' || name === '..') throw new TypeError('Name is not allowed.');
      if (!files.has(name)) create ? files.set(name, new Blob()) : missing();
      return {
        getFile: async () => files.get(name) ?? missing(),
        createWritable: async () => {
          const parts: BlobPart[] = [];
          return {
            write: async (part: BlobPart) => void parts.push(part),
            close: async () => void files.set(name, new Blob(parts)),
          };
        },
      };
    },
    async removeEntry(name: string) {
      if (!files.delete(name)) missing();
    },
    async *keys() {
      yield* files.keys();
    },
  };
  return folder as unknown as FileSystemDirectoryHandle;
}

/** Turns in the order they were asked for, as Web Locks give them. */
export function fakeLocks(): Exclusively {
  const tails = new Map<string, Promise<unknown>>();
  return (name, work, { onWait }) => {
    if (tails.has(name)) onWait?.();
    const turn = (tails.get(name) ?? Promise.resolve()).then(work, work);
    tails.set(name, turn);
    return turn;
  };
}
