import type { ActivationFunction } from '../attributes.js';
import type { BatchNormOptions, Builder, Conv2dOptions, Value } from '../builder.js';

/** Names of the convolution and of its norm: siblings in torch's ResNets (`conv1`, `bn1`), indices in a Sequential. */
export interface ConvNormNames {
  readonly conv: string;
  readonly norm: string;
}

export interface ConvNormOptions extends Omit<Conv2dOptions, 'name'> {
  readonly names: ConvNormNames;
  readonly norm?: Omit<BatchNormOptions, 'name'>;
}

/** Convolution, then BatchNorm. The convolution has no bias by default, since the norm has its own shift. */
export function convNorm(nn: Builder, x: Value, { names, norm = {}, ...conv }: ConvNormOptions): Value {
  return nn.batchNorm(nn.conv2d(x, { ...conv, name: names.conv }), { ...norm, name: names.norm });
}

/** Convolution, BatchNorm, activation: the unit that most families are made of. */
export function convNormActivation(
  nn: Builder,
  x: Value,
  { activation, ...options }: ConvNormOptions & { readonly activation: ActivationFunction },
): Value {
  return nn.activation(convNorm(nn, x, options), activation);
}

/** {@link convNormActivation} for a depthwise convolution. */
export function depthwiseNormActivation(
  nn: Builder,
  x: Value,
  options: Omit<ConvNormOptions, 'out' | 'groups'> & { readonly activation: ActivationFunction },
): Value {
  const channels = x.shape.at(-1) ?? 0;
  return convNormActivation(nn, x, { ...options, out: channels, groups: channels });
}
