import type { Builder, Value } from '@convzoo/layers';

/** GoogLeNet's module (Szegedy et al., 2014): 1x1, 3x3, 5x5 and a pool side by side, reduced by 1x1 convolutions before. */
export function inceptionModule(
  nn: Builder,
  x: Value,
  options: {
    readonly ones: number;
    readonly reduce3: number;
    readonly threes: number;
    readonly reduce5: number;
    readonly fives: number;
    readonly pooled: number;
  },
): Value {
  const conv = (input: Value, name: string, out: number, kernel: number): Value =>
    nn.activation(nn.conv2d(input, { name, out, kernel, bias: true }), 'relu');
  return nn.concat([
    conv(x, 'ones', options.ones, 1),
    conv(conv(x, 'reduce3', options.reduce3, 1), 'threes', options.threes, 3),
    conv(conv(x, 'reduce5', options.reduce5, 1), 'fives', options.fives, 5),
    conv(nn.maxPool(x, { size: 3, stride: 1, padding: 1 }), 'pooled', options.pooled, 1),
  ]);
}
