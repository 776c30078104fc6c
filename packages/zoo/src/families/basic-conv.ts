import {
  type BatchNormOptions,
  type Builder,
  type Conv2dOptions,
  convNormActivation,
  type Value,
} from '@convzoo/layers';

/** The norm of a whole network; torchvision's GoogLeNet and Inception v3 have eps 1e-3. */
export type NormOptions = Omit<BatchNormOptions, 'name'>;

/** A convolution of an Inception network; those without padding say so. */
export type BasicConvOptions = Omit<Conv2dOptions, 'name' | 'bias' | 'groups' | 'dilation'>;

/** torchvision's `BasicConv2d`: convolution without bias, BatchNorm, ReLU, as `NAME.conv`, `NAME.bn`, `NAME.relu`. */
export function basicConv(nn: Builder, x: Value, name: string, options: BasicConvOptions, norm: NormOptions): Value {
  const names = { conv: 'conv', norm: 'bn' };
  return nn.scope(name, () => convNormActivation(nn, x, { ...options, names, norm, activation: 'relu' }));
}
