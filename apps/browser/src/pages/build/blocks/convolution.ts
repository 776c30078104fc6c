import type { ActivationFunction, Builder, Value } from '@convzoo/layers';

/** A convolution; with a norm it has no bias, since the norm has its own shift. `half` pads half of the kernel on each side. */
export function convolution(
  nn: Builder,
  x: Value,
  options: {
    readonly filters: number;
    readonly kernel: number;
    readonly stride: number;
    readonly padding: 'half' | 'none';
    readonly groups: number;
    readonly norm: boolean;
    readonly activation: ActivationFunction | 'none';
  },
): Value {
  const { filters, kernel, stride, padding, groups, norm, activation } = options;
  const sides = padding === 'none' ? 0 : kernel >> 1;
  let y = nn.conv2d(x, { name: 'conv', out: filters, kernel, stride, padding: sides, groups, bias: !norm });
  if (norm) y = nn.batchNorm(y, { name: 'norm' });
  return activation === 'none' ? y : nn.activation(y, activation);
}
