import { describe, expect, it } from 'vitest';
import { BlobStore, type Blobs, browserHasher, cacheStorageBlobs, fileSystemBlobs } from '../src/browser.js';
import { type FetchOptions, fetchFile, locate } from '../src/index.js';
import { nodeHasher } from '../src/node.js';
import { fakeCache, fakeFolder, fakeLocks } from './fake-browser.js';
import { bytes, catalogueOf, FAST, failure, host, ranges, SIZE, useHostAndCache } from './pull.js';
import { sha256Of } from './server.js';

useHostAndCache();

const PIECE = 40_000;
const transport = { fetch: (url: string, init: RequestInit) => fetch(url, init), redirects: 'follow' } as const;

function pullInto(store: BlobStore, text: string, options: FetchOptions = {}) {
  const platform = { store, transport, makeHasher: browserHasher };
  return fetchFile(locate(text, options.catalogue), platform, { limits: FAST, ...options });
}
const contentOf = async (blob: Blob): Promise<Buffer> => Buffer.from(await blob.arrayBuffer());

const kinds: readonly (readonly [name: string, make: () => Blobs])[] = [
  ['Cache Storage', () => cacheStorageBlobs(fakeCache())],
  ["the origin's private file system", () => fileSystemBlobs(fakeFolder())],
];

describe.each(kinds)('a store over %s', (_, makeBlobs) => {
  it('keeps a file over visits', async () => {
    const blobs = makeBlobs();
    const url = host.serve('/a/weights.safetensors', bytes);
    const first = await pullInto(new BlobStore(blobs, fakeLocks(), PIECE), url);
    expect(first.from).toBe('download');
    expect((await contentOf(first.stored.blob)).equals(bytes)).toBe(true);
    expect(first.stored.record).toMatchObject({ url, size: SIZE, sha256: sha256Of(bytes) });
    const later = await pullInto(new BlobStore(blobs, fakeLocks(), PIECE), url, { offline: true });
    expect(later.from).toBe('cache');
    expect((await contentOf(later.stored.blob)).equals(bytes)).toBe(true);
    expect(await blobs.keys()).toHaveLength(2);
  });

  it('goes on from the last bytes of a visit that ended', async () => {
    const blobs = makeBlobs();
    const url = host.serve('/weights.bin', bytes, 'stall', 'well');
    const controller = new AbortController();
    const onProgress = ({ received }: { received: number }): void => {
      if (received === SIZE / 2) controller.abort();
    };
    const store = new BlobStore(blobs, fakeLocks(), PIECE);
    expect((await failure(pullInto(store, url, { signal: controller.signal, onProgress }))).code).toBe('interrupted');
    const { stored } = await pullInto(new BlobStore(blobs, fakeLocks(), PIECE), url);
    expect((await contentOf(stored.blob)).equals(bytes)).toBe(true);
    expect(ranges()).toEqual([undefined, `bytes=${SIZE / 2}-`]);
  });

  it('drops what has another checksum', async () => {
    const blobs = makeBlobs();
    const location = host.serve('/weights.bin', bytes, 'wrong-bytes');
    const catalogue = catalogueOf({ location, checksum: { algorithm: 'sha256', digest: sha256Of(bytes) } });
    const store = new BlobStore(blobs, fakeLocks(), PIECE);
    expect((await failure(pullInto(store, 'x', { catalogue }))).code).toBe('wrong-checksum');
    expect(await blobs.keys()).toEqual([]);
  });

  it('brings a file once for two that want it', async () => {
    const store = new BlobStore(makeBlobs(), fakeLocks(), PIECE);
    const url = host.serve('/weights.bin', bytes);
    let waited = 0;
    const onWait = (): void => void waited++;
    const results = await Promise.all([pullInto(store, url, { onWait }), pullInto(store, url, { onWait })]);
    expect(results.map(({ from }) => from)).toEqual(['download', 'cache']);
    expect([host.seen.length, waited]).toEqual([1, 1]);
  });

  it('lists and removes', async () => {
    const blobs = makeBlobs();
    const store = new BlobStore(blobs, fakeLocks(), PIECE);
    const [a, b] = [host.serve('/a', bytes), host.serve('/b', bytes)];
    await pullInto(store, a);
    await pullInto(store, b);
    expect((await store.list()).map(({ record }) => record.url).sort()).toEqual([a, b]);
    await store.remove(a);
    expect((await store.list()).map(({ record }) => record.url)).toEqual([b]);
    expect(await blobs.keys()).toHaveLength(2);
  });

  it('takes a file without its record for none', async () => {
    const blobs = makeBlobs();
    const url = host.serve('/weights.bin', bytes);
    await pullInto(new BlobStore(blobs, fakeLocks(), PIECE), url);
    await blobs.delete(`record ${url}`);
    expect((await pullInto(new BlobStore(blobs, fakeLocks(), PIECE), url)).from).toBe('download');
  });
});

describe('a browser without room', () => {
  it('gives a typed error', async () => {
    const store = new BlobStore(cacheStorageBlobs(fakeCache(100_000)), fakeLocks(), PIECE);
    const error = await failure(pullInto(store, host.serve('/weights.bin', bytes)));
    expect(error.code).toBe('disk-full');
    expect(host.seen).toHaveLength(1);
  });
});

describe('the hash of browsers', () => {
  it.each(['sha256', 'md5'] as const)('%s is that of Node, whatever the pieces', (algorithm) => {
    for (const size of [0, 1, 63, 64, 65, 1000, SIZE]) {
      const [ours, reference] = [browserHasher(algorithm), nodeHasher(algorithm)];
      reference.update(bytes.subarray(0, size));
      for (let at = 0; at < size; at += 77) ours.update(bytes.subarray(at, Math.min(at + 77, size)));
      expect(ours.hex()).toBe(reference.hex());
    }
  });
});
