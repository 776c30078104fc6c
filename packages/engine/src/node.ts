export { folderCache } from './cache/node/folder-cache.js';
export type { CacheOptions, WeightsCache } from './cache/weights-cache.js';
