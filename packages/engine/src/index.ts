export type { CacheOptions, WeightsCache } from './cache/weights-cache.js';
export { availableThreads, type EngineBackend, type EngineOptions, engineBackend } from './engine.js';
export { EngineError, type EngineErrorCode } from './errors.js';
export type { PlannedLayer, PlanReport } from './plan/inspect.js';
export { type EngineRates, measureEngine, type PlanOptions, planOf, predictSeconds } from './plan-of.js';
