import { type Address, canonicalUrl, type HubAccess, hubAddress, mirrorUrls } from './address.js';
import { agrees, type Checksum, checkChecksum, type MakeHasher } from './checksum.js';
import { type DownloadOptions, download, type Progress } from './download.js';
import { HubError } from './errors.js';
import type { Transport } from './http/request.js';
import { defaultLimits, type Limits } from './limits.js';
import { type HubFile, parseLocation, type UrlFile } from './location.js';
import type { FileRecord, Store } from './store.js';

/** What a catalogue says of a file. */
export interface CatalogueItem {
  /** `hf://...` or `https://...`. */
  readonly location: string;
  readonly checksum?: Checksum | undefined;
  /** Bytes. */
  readonly size?: number | undefined;
}

/** Names for files, kept elsewhere: `@convzoo/zoo/pretrained` is one. */
export interface Catalogue {
  find(name: string): CatalogueItem | undefined;
  /** Names that are alike, for the error. */
  nearest?(name: string): readonly string[];
}

/** A file that is not on disk: where it is, and what is known of it. */
export interface Remote {
  readonly place: HubFile | UrlFile;
  /** The URL that it is known by. */
  readonly url: string;
  readonly checksum?: Checksum | undefined;
  readonly size?: number | undefined;
}

export interface FetchOptions extends Pick<DownloadOptions, 'onRetry'> {
  readonly catalogue?: Catalogue | undefined;
  /** Base URL that stands for every host: `MIRROR/HOST/PATH`, or `MIRROR/NAME` where a checksum is known. */
  readonly mirror?: string | undefined;
  /** Nothing is asked of any network. */
  readonly offline?: boolean | undefined;
  /** Downloads again what is in the cache: a branch of the hub may have moved. */
  readonly refresh?: boolean | undefined;
  readonly hub?: HubAccess | undefined;
  readonly limits?: Partial<Limits> | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
  /** Called once where another process has the file in work. */
  readonly onWait?: (() => void) | undefined;
}

/** What the platform brings: {@link FetchOptions} are the caller's. */
export interface Platform<Stored> {
  readonly store: Store<Stored>;
  readonly transport: Transport;
  readonly makeHasher: MakeHasher;
}

export interface Fetched<Stored> {
  readonly stored: Stored;
  readonly from: 'cache' | 'download';
}

/**
 * What a text means that names no file on disk.
 *
 * @throws HubError `bad-location`, `insecure-url`, `unknown-weights`
 */
export function locate(text: string, catalogue?: Catalogue): Remote {
  const location = parseLocation(text);
  if (location.kind !== 'plain') return { place: location, url: canonicalUrl(location) };
  const item = catalogue?.find(location.text);
  if (item === undefined) throw unknownWeights(location.text, catalogue);
  const place = parseLocation(item.location);
  if (place.kind === 'plain')
    throw new HubError('bad-location', `The catalogue's "${text}" has no URL: ${item.location}`);
  return {
    place,
    url: canonicalUrl(place),
    ...(item.checksum !== undefined && { checksum: checkChecksum(item.checksum) }),
    ...(item.size !== undefined && { size: item.size }),
  };
}

function unknownWeights(text: string, catalogue: Catalogue | undefined): HubError {
  const near = catalogue?.nearest?.(text) ?? [];
  const hint = near.length > 0 ? ` Did you mean ${near.join(', ')}?` : '';
  return new HubError(
    'unknown-weights',
    `"${text}" is no file here and no weights of the catalogue.${hint} Give a file, a name of "convzoo weights list", ` +
      'hf://OWNER/REPO/FILE or https://...',
  );
}

/**
 * Brings a remote file into the store, or finds it there.
 *
 * @throws HubError
 */
export async function fetchFile<Stored extends { readonly record: FileRecord }>(
  remote: Remote,
  { store, transport, makeHasher }: Platform<Stored>,
  options: FetchOptions = {},
): Promise<Fetched<Stored>> {
  const find = async (): Promise<Stored | undefined> => {
    const stored = await store.find(remote.url);
    return stored !== undefined && isStillIt(stored.record, remote) ? stored : undefined;
  };
  const there = options.refresh === true ? undefined : await find();
  if (there !== undefined) return { stored: there, from: 'cache' };
  if (options.offline === true) {
    throw new HubError(
      'offline',
      `${remote.url} is not in the cache, and offline mode forbids the download. Get it once while online, or give a file.`,
    );
  }
  const addresses = addressesOf(remote, options);
  const signal = options.signal ?? new AbortController().signal;
  const limits = { ...defaultLimits, ...definedOf(options.limits) };
  const { onProgress, onRetry, onWait } = options;
  return store.receive(
    remote.url,
    async (incoming) => {
      // Another process may have brought it while this one waited.
      const brought = options.refresh === true ? undefined : await find();
      if (brought !== undefined) return { stored: brought, from: 'cache' as const };
      const using = { transport, makeHasher, limits, signal, onProgress, onRetry };
      const stored = await firstFound(addresses, (address) => download(remote, address, incoming, using));
      return { stored, from: 'download' as const };
    },
    { signal, onWait },
  );
}

/** Whether the cache has what is published now: a catalogue may have changed since. */
function isStillIt(record: FileRecord, { checksum, size }: Remote): boolean {
  if (size !== undefined && size !== record.size) return false;
  if (checksum === undefined) return true;
  if (checksum.algorithm === 'sha256') return agrees(checksum, record.sha256);
  return record.published?.algorithm === checksum.algorithm && agrees(checksum, record.published.digest);
}

function addressesOf(remote: Remote, { mirror, hub }: FetchOptions): readonly [Address, ...Address[]] {
  if (mirror !== undefined && mirror !== '') {
    const [first = '', ...more] = mirrorUrls(mirror, remote.url, remote.checksum !== undefined);
    return [{ url: first }, ...more.map((url) => ({ url }))];
  }
  return [remote.place.kind === 'hub' ? hubAddress(remote.place, hub) : { url: remote.place.url }];
}

/** The first address that has the file; the error is the first one's, where none has. */
async function firstFound<T>(addresses: readonly Address[], work: (address: Address) => Promise<T>): Promise<T> {
  let missing: HubError | undefined;
  for (const address of addresses) {
    try {
      return await work(address);
    } catch (error) {
      if (!(error instanceof HubError) || error.code !== 'not-found') throw error;
      missing ??= error;
    }
  }
  throw missing ?? new HubError('not-found', 'There is no address to ask.');
}

function definedOf<T extends object>(given: T | undefined): Partial<T> {
  return Object.fromEntries(Object.entries(given ?? {}).filter(([, value]) => value !== undefined)) as Partial<T>;
}
