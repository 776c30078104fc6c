import type { Builder, Value } from '@convzoo/layers';

/** SqueezeNet's module (Iandola et al., 2016): 1x1 squeezes, then 1x1 and 3x3 side by side, each with half of the filters. */
export function fireModule(
  nn: Builder,
  x: Value,
  options: { readonly squeeze: number; readonly filters: number },
): Value {
  const each = Math.ceil(options.filters / 2);
  const conv = (input: Value, name: string, out: number, kernel: number): Value =>
    nn.activation(nn.conv2d(input, { name, out, kernel, bias: true }), 'relu');
  const squeezed = conv(x, 'squeeze', options.squeeze, 1);
  return nn.concat([conv(squeezed, 'expand1x1', each, 1), conv(squeezed, 'expand3x3', each, 3)]);
}
