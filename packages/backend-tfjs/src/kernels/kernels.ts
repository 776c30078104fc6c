import type { ActivationFunction, Float32Tensor, FusedActivation } from '@convzoo/layers';
import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import type { AvgPoolGeometry, ConvGeometry, WindowGeometry } from './geometry.js';

/** Bias and activation that are computed with the product before them. */
export interface Epilogue {
  readonly bias?: Tensor1D | undefined;
  readonly activation: FusedActivation;
}

export interface NormParameters {
  readonly scale: Tensor1D;
  readonly shift: Tensor1D;
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

/** Batch normalisation with the batch's own statistics. */
export interface NormTrainingResult {
  readonly y: Tensor;
  /** What the gradient needs again; dispose after use. */
  readonly saved: readonly Tensor[];
  /** Running statistics after this batch, with the unbiased variance, as torch has them. */
  readonly mean: Tensor1D;
  readonly variance: Tensor1D;
}

export interface NormGradients {
  readonly x: Tensor;
  readonly scale: Tensor1D;
  readonly shift: Tensor1D;
}

/**
 * The tensor operations that a convolutional network and its training need, over NHWC tensors with a batch axis.
 *
 * There are two implementations: `portable`, of operations that every tfjs backend has, and `native`, of TensorFlow's
 * own kernels, which tfjs-core does not reach (explicit padding of gradients and pools, fused batch norm in training).
 * Every function returns new tensors that the caller owns.
 */
export interface Kernels {
  /** Brings values to the backend at once, as a copy: tfjs itself may hold on to the array and read it at the first use. */
  upload(values: Float32Tensor): Tensor;
  conv2d(x: Tensor4D, filter: Tensor4D, geometry: ConvGeometry, epilogue: Epilogue): Tensor4D;
  conv2dInputGradient(dy: Tensor4D, filter: Tensor4D, geometry: ConvGeometry): Tensor4D;
  conv2dFilterGradient(x: Tensor4D, dy: Tensor4D, geometry: ConvGeometry): Tensor4D;
  dense(x: Tensor2D, kernel: Tensor2D, epilogue: Epilogue): Tensor2D;
  maxPool(x: Tensor4D, geometry: WindowGeometry): Tensor4D;
  maxPoolGradient(dy: Tensor4D, x: Tensor4D, y: Tensor4D, geometry: WindowGeometry): Tensor4D;
  avgPool(x: Tensor4D, geometry: AvgPoolGeometry): Tensor4D;
  avgPoolGradient(dy: Tensor4D, geometry: AvgPoolGeometry): Tensor4D;
  /** Mean over height and width: `[n, h, w, c]` to `[n, c]`. */
  globalAvgPool(x: Tensor4D): Tensor2D;
  batchNorm(x: Tensor, norm: NormParameters, eps: number): Tensor;
  batchNormTraining(x: Tensor, norm: NormParameters, eps: number, momentum: number): NormTrainingResult;
  batchNormGradient(dy: Tensor, x: Tensor, scale: Tensor1D, saved: readonly Tensor[], eps: number): NormGradients;
  activation(x: Tensor, fn: ActivationFunction): Tensor;
  /** `seen` is the activation's input or its result: `activationGradientReads[fn]` says which. */
  activationGradient(dy: Tensor, seen: Tensor, fn: ActivationFunction): Tensor;
  /** Sum over all axes but the last: the gradient of a bias. */
  biasGradient(dy: Tensor): Tensor1D;
}
