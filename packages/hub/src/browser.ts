import { md5 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { type Blobs, cacheStorageBlobs, fileSystemBlobs } from './browser/blobs.js';
import { BlobStore, type Exclusively, type StoredBlob } from './browser/store.js';
import type { MakeHasher } from './checksum.js';
import { HubError } from './errors.js';
import type { Transport } from './http/request.js';
import { type FetchOptions, fetchFile, locate } from './resolve.js';

export { type Blobs, cacheStorageBlobs, fileSystemBlobs } from './browser/blobs.js';
export { BlobStore, type Exclusively, type StoredBlob } from './browser/store.js';

/** The browser hashes whole buffers only (WebCrypto), and not by MD5; files of hundreds of MB come in pieces. */
export const browserHasher: MakeHasher = (algorithm) => {
  const hash = (algorithm === 'md5' ? md5 : sha256).create();
  return { update: (bytes) => hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
};

const browserTransport: Transport = { fetch: (url, init) => fetch(url, init), redirects: 'follow' };

const NAME = 'convzoo-weights';

/** Tabs take turns by the Web Locks API. */
const byWebLocks: Exclusively = async (name, work, { signal, onWait }) => {
  const { held = [] } = await navigator.locks.query();
  if (held.some((lock) => lock.name === name)) onWait?.();
  try {
    return await navigator.locks.request(name, { signal }, work);
  } catch (error) {
    if (signal.aborted && !(error instanceof HubError)) {
      throw new HubError('interrupted', `Interrupted while waiting for ${name}.`, { cause: error });
    }
    throw error;
  }
};

/**
 * The browser's store: the origin's private file system, or Cache Storage where there is none to write to.
 *
 * @throws HubError `cache-unusable` on a page that is not served over https
 */
export async function browserStore(): Promise<BlobStore> {
  return new BlobStore(await browserBlobs(), byWebLocks);
}

async function browserBlobs(): Promise<Blobs> {
  const { storage } = navigator as { storage?: StorageManager };
  if (storage?.getDirectory !== undefined && 'createWritable' in FileSystemFileHandle.prototype) {
    const root = await storage.getDirectory();
    return fileSystemBlobs(await root.getDirectoryHandle(NAME, { create: true }));
  }
  if (typeof caches !== 'undefined') return cacheStorageBlobs(await caches.open(NAME));
  throw new HubError('cache-unusable', 'This page can keep no files: it must be served over https, or from localhost.');
}

export interface BrowserResolveOptions extends FetchOptions {
  readonly store?: BlobStore | undefined;
}

/**
 * The file that a text means, as a blob: `hf://OWNER/REPO[@REVISION]/FILE`, an https URL, or a name of the catalogue.
 *
 * @throws HubError
 */
export async function resolveBlob(text: string, options: BrowserResolveOptions = {}): Promise<StoredBlob> {
  const remote = locate(text, options.catalogue);
  const store = options.store ?? (await browserStore());
  const platform = { store, transport: browserTransport, makeHasher: browserHasher };
  const { stored } = await fetchFile(remote, platform, options);
  return stored;
}
