export {
  type CacheEntry,
  listCache,
  type Pruned,
  type PruneRule,
  pruneCache,
  removeEntry,
  selectForPruning,
  type Verified,
  verifyEntry,
} from './node/cache.js';
export { cacheFolder } from './node/folder.js';
export { hashFile, nodeHasher } from './node/hash.js';
export { type ResolvedFile, type ResolveOptions, resolveFile } from './node/resolve.js';
export { type CachedFile, FolderStore } from './node/store.js';
