import {
  type ActivationFunction,
  type Builder,
  channelsOf,
  convNorm,
  convNormActivation,
  depthwiseNormActivation,
  type Value,
} from '@convzoo/layers';
import { squeezeExcitation } from './squeeze-excitation.js';

/**
 * Inverted residuals (MobileNet V2): a 1x1 convolution expands, a depthwise one strides, a linear 1x1 projects; with squeeze
 * and excitation before the projection as in MobileNet V3.
 */
export function invertedResiduals(
  nn: Builder,
  x: Value,
  options: {
    readonly filters: number;
    readonly expand: number;
    readonly kernel: number;
    readonly stride: number;
    readonly blocks: number;
    readonly excitation: boolean;
    readonly activation: ActivationFunction;
  },
): Value {
  const { filters, expand, kernel, stride, blocks, excitation, activation } = options;
  let y = x;
  for (let i = 0; i < blocks; i++) {
    const step = i === 0 ? stride : 1;
    y = nn.module(i, () => {
      const inputs = channelsOf(y.shape);
      let z = y;
      if (expand !== 1) {
        const names = { conv: 'expand', norm: 'expand_norm' };
        z = convNormActivation(nn, z, { names, out: inputs * expand, kernel: 1, activation });
      }
      const spatial = { conv: 'depthwise', norm: 'depthwise_norm' };
      z = depthwiseNormActivation(nn, z, { names: spatial, kernel, stride: step, activation });
      if (excitation) z = nn.scope('se', () => squeezeExcitation(nn, z, { reduction: 4 }));
      z = convNorm(nn, z, { names: { conv: 'project', norm: 'project_norm' }, out: filters, kernel: 1 });
      return step === 1 && inputs === filters ? nn.add(z, y) : z;
    });
  }
  return y;
}
