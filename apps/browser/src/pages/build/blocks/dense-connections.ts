import { type Builder, convNormActivation, type Value } from '@convzoo/layers';

/** DenseNet's block (Huang et al., 2016): every layer sees all channels before it and adds some of its own. */
export function denseConnections(
  nn: Builder,
  x: Value,
  options: { readonly layers: number; readonly growth: number },
): Value {
  const { layers, growth } = options;
  let y = x;
  for (let i = 0; i < layers; i++) {
    y = nn.scope(i, () => {
      const before = nn.activation(nn.batchNorm(y, { name: 'norm1' }), 'relu');
      const names = { conv: 'conv1', norm: 'norm2' };
      const reduced = convNormActivation(nn, before, { names, out: 4 * growth, kernel: 1, activation: 'relu' });
      return nn.concat([y, nn.conv2d(reduced, { name: 'conv2', out: growth, kernel: 3 })]);
    });
  }
  return y;
}
