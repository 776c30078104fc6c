export * from './dialects/index.js';
export { WeightsError, type WeightsErrorCode } from './errors.js';
export * from './layout/index.js';
