import { type ActivationFunction, type Builder, channelsOf, type Value } from '@convzoo/layers';
import { convolution } from './convolution.js';

/** A convolution of every channel on its own. */
export function depthwiseConvolution(
  nn: Builder,
  x: Value,
  options: {
    readonly kernel: number;
    readonly stride: number;
    readonly norm: boolean;
    readonly activation: ActivationFunction | 'none';
  },
): Value {
  const channels = channelsOf(x.shape);
  return convolution(nn, x, { ...options, filters: channels, groups: channels, padding: 'half' });
}
