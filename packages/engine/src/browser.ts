export { opfsCache } from './cache/browser/opfs-cache.js';
export type { CacheOptions, WeightsCache } from './cache/weights-cache.js';
