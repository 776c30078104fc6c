import type { Builder, Value } from '@convzoo/layers';

/** 3x3 convolutions with ReLU, then a 2x2 max pool (Simonyan and Zisserman, 2014). */
export function vggStage(
  nn: Builder,
  x: Value,
  options: { readonly filters: number; readonly convolutions: number; readonly norm: boolean; readonly pool: boolean },
): Value {
  const { filters, convolutions, norm, pool } = options;
  let y = x;
  for (let i = 0; i < convolutions; i++) {
    y = nn.conv2d(y, { name: `conv${i}`, out: filters, kernel: 3, bias: !norm });
    if (norm) y = nn.batchNorm(y, { name: `norm${i}` });
    y = nn.activation(y, 'relu');
  }
  return pool ? nn.maxPool(y, { size: 2 }) : y;
}
