import type { ActivationFunction } from '../attributes.js';
import type { BatchNormOptions, Builder, Value } from '../builder.js';
import type { PaddingLike } from '../padding.js';
import { type ConvNormNames, convNormActivation, depthwiseNormActivation } from './conv-norm-activation.js';

export interface DepthwiseSeparableOptions {
  readonly out: number;
  readonly kernel: number;
  readonly stride: number;
  readonly padding?: PaddingLike;
  readonly activation: ActivationFunction;
  readonly norm?: Omit<BatchNormOptions, 'name'>;
  readonly names: { readonly depthwise: ConvNormNames; readonly pointwise: ConvNormNames };
}

/**
 * A convolution split into a depthwise and a pointwise one, each with norm and activation: 1/N + 1/Dk^2 of the cost for N
 * output channels and a Dk x Dk kernel (Howard et al., "MobileNets", 2017, section 3.1).
 */
export function depthwiseSeparable(nn: Builder, x: Value, options: DepthwiseSeparableOptions): Value {
  const { out, kernel, stride, padding, activation, norm = {}, names } = options;
  const y = depthwiseNormActivation(nn, x, {
    names: names.depthwise,
    kernel,
    stride,
    activation,
    norm,
    ...(padding !== undefined && { padding }),
  });
  return convNormActivation(nn, y, { names: names.pointwise, out, kernel: 1, activation, norm });
}
