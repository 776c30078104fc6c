import { type ActivationFunction, type Builder, channelsOf, type Value } from '@convzoo/layers';

export interface SqueezeExcitationOptions {
  /** Channels between the two 1x1 convolutions. */
  readonly squeeze: number;
  /** Names of the two convolutions, which have biases, within the current scope; `fc1` and `fc2` by default. */
  readonly names?: { readonly reduce: string; readonly expand: string };
  /** After the first convolution; `relu` by default. */
  readonly activation?: ActivationFunction;
  /** After the second one: how much of a channel passes; `sigmoid` by default. */
  readonly gate?: ActivationFunction;
}

/**
 * Squeeze and excitation: each channel times a factor that two 1x1 convolutions find from the means of all channels (Hu
 * et al., "Squeeze-and-Excitation Networks", 2017, section 3). The means stay a 1x1 map, since checkpoints have
 * convolutions there.
 */
export function squeezeExcitation(nn: Builder, x: Value, options: SqueezeExcitationOptions): Value {
  const { squeeze, names = { reduce: 'fc1', expand: 'fc2' }, activation = 'relu', gate = 'sigmoid' } = options;
  let y = nn.adaptiveAvgPool(x, { name: 'avgpool', size: 1 });
  y = nn.activation(nn.conv2d(y, { name: names.reduce, out: squeeze, kernel: 1, bias: true }), activation);
  y = nn.activation(nn.conv2d(y, { name: names.expand, out: channelsOf(x.shape), kernel: 1, bias: true }), gate);
  return nn.multiply(x, y);
}
