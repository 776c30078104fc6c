export { availableThreads, type EngineBackend, type EngineOptions, engineBackend } from './engine.js';
export { EngineError, type EngineErrorCode } from './errors.js';
