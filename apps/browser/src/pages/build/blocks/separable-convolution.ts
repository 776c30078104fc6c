import { type ActivationFunction, type Builder, depthwiseSeparable, type Value } from '@convzoo/layers';

/** A depthwise convolution, then a pointwise one (MobileNet V1); the first of them strides. */
export function separableConvolution(
  nn: Builder,
  x: Value,
  options: {
    readonly filters: number;
    readonly kernel: number;
    readonly stride: number;
    readonly blocks: number;
    readonly activation: ActivationFunction;
  },
): Value {
  const { filters, kernel, stride, blocks, activation } = options;
  const names = {
    depthwise: { conv: 'depthwise', norm: 'depthwise_norm' },
    pointwise: { conv: 'pointwise', norm: 'pointwise_norm' },
  };
  let y = x;
  for (let i = 0; i < blocks; i++) {
    const step = i === 0 ? stride : 1;
    y = nn.scope(i, () => depthwiseSeparable(nn, y, { names, out: filters, kernel, stride: step, activation }));
  }
  return y;
}
