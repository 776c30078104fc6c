export { bindKerasWeights } from './bind.js';
export { KerasImportError, type KerasImportErrorCode } from './errors.js';
export { importKerasConfig, type KerasImportOptions, type KerasNetwork } from './import-config.js';
export { type ImportModelOptions, importKerasArchitecture, importKerasModel, type KerasModel } from './import-model.js';
export { supportedLayers } from './layers/converters.js';
export { kerasOps } from './layers/custom-ops.js';
export type { Variable } from './variables.js';
