export {
  type ConvNormNames,
  type ConvNormOptions,
  convNorm,
  convNormActivation,
  depthwiseNormActivation,
} from './conv-norm-activation.js';
export { type DepthwiseSeparableOptions, depthwiseSeparable } from './depthwise-separable.js';
export { type InvertedResidualOptions, invertedResidual } from './inverted-residual.js';
export { residual } from './residual.js';
