export { startBackend, TfjsBackend, type TfjsBackendOptions } from './backend.js';
export {
  type AveragingMatrices,
  adaptiveAvgPool,
  adaptiveAvgPoolGradient,
  averagingMatrices,
} from './compile/adaptive-pool.js';
export { channelShuffle, overPixels, perChannel, sliceChannels } from './compile/channels.js';
export { fromHost, runCustom, toHost } from './compile/custom.js';
export { type LayerNormParameters, layerNorm, layerNormGradient } from './compile/layer-norm.js';
export { activationGradientReads } from './kernels/activations.js';
export {
  type AvgPoolGeometry,
  avgPoolGeometry,
  type ConvGeometry,
  convGeometry,
  poolGeometry,
  type WindowGeometry,
} from './kernels/geometry.js';
export type { Epilogue, Kernels, NormGradients, NormParameters, NormTrainingResult } from './kernels/kernels.js';
export { portableKernels } from './kernels/portable/index.js';
