import type { ActivationFunction, Pair } from '../attributes.js';
import type { BatchNormOptions, Builder, Value } from '../builder.js';
import type { PaddingLike } from '../padding.js';
import { channelsOf } from '../shape.js';
import { type ConvNormNames, convNorm, convNormActivation, depthwiseNormActivation } from './conv-norm-activation.js';

export interface InvertedResidualOptions {
  readonly out: number;
  /** Width of the depthwise convolution over the block's input; at 1 there is no expansion. */
  readonly expand: number;
  readonly kernel: number | Pair;
  readonly stride: number;
  readonly padding?: PaddingLike;
  readonly activation: ActivationFunction;
  readonly norm?: Omit<BatchNormOptions, 'name'>;
  readonly names: {
    readonly expand: ConvNormNames;
    readonly depthwise: ConvNormNames;
    readonly project: ConvNormNames;
  };
}

/**
 * Pointwise expansion, depthwise convolution, linear pointwise projection, and the identity around them where shapes
 * agree (Sandler et al., "MobileNetV2", 2018, section 3.3 and figure 3).
 */
export function invertedResidual(nn: Builder, x: Value, options: InvertedResidualOptions): Value {
  const { out, expand, kernel, stride, padding, activation, norm = {}, names } = options;
  const inputs = channelsOf(x.shape);
  let y = x;
  if (expand !== 1)
    y = convNormActivation(nn, y, { names: names.expand, out: inputs * expand, kernel: 1, activation, norm });
  y = depthwiseNormActivation(nn, y, {
    names: names.depthwise,
    kernel,
    stride,
    activation,
    norm,
    ...(padding !== undefined && { padding }),
  });
  y = convNorm(nn, y, { names: names.project, out, kernel: 1, norm });
  return stride === 1 && inputs === out ? nn.add(y, x) : y;
}
