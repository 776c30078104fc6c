export { HUB_ENDPOINT, type HubAccess } from './address.js';
export {
  agrees,
  type Checksum,
  describeChecksum,
  type HashAlgorithm,
  type Hasher,
  type MakeHasher,
} from './checksum.js';
export type { Progress } from './download.js';
export { HubError, type HubErrorCode } from './errors.js';
export type { Fetch, Transport } from './http/request.js';
export { defaultLimits, type Limits } from './limits.js';
export { type HubFile, type Location, type PlainText, parseLocation, type UrlFile } from './location.js';
export {
  type Catalogue,
  type CatalogueItem,
  type Fetched,
  type FetchOptions,
  fetchFile,
  locate,
  type Platform,
  type Remote,
} from './resolve.js';
export type { FileRecord, Incoming, ReceiveOptions, Store, Unfinished } from './store.js';
