import { Builder, type Graph, type Value } from '@convzoo/layers';
import { classCount, inputShape, type NetworkOptions } from '../options.js';

/**
 * LeNet-5 (LeCun, Bottou, Bengio & Haffner, "Gradient-Based Learning Applied to Document Recognition", 1998, section II.B)
 * as it is read today, with 61,706 parameters at 32x32x1. The paper's own network differs in four things, which nobody
 * rebuilds: C3 sees only some of the maps of S2 (table I), S2 and S4 have a trained coefficient and bias a map, the
 * activation is 1.7159 tanh(2/3 x), and the output is a distance to fixed codes (RBF), not logits.
 *
 * C5 is a convolution, as the paper insists: a larger input gives a larger map, which is averaged. Layers have the paper's
 * names. Taps: `c1_tanh`, `s2`, `c3_tanh`, `s4`, `c5_tanh`.
 */
export function lenet5(options: NetworkOptions = {}): Graph {
  const { input } = options;
  const nn = new Builder(options.name ?? 'lenet5');
  let x = nn.input(
    typeof input === 'number' || input === undefined ? [input ?? 32, input ?? 32, 1] : inputShape(input, 32),
  );
  const convolve = (name: string, out: number): Value => {
    x = nn.conv2d(x, { name, out, kernel: 5, padding: 'valid', bias: true });
    return nn.tap(`${name}_tanh`, nn.activation(x, 'tanh', { name: `${name}_tanh` }));
  };
  const subsample = (name: string): Value => nn.tap(name, nn.avgPool(x, { name, size: 2 }));
  x = convolve('c1', 6);
  x = subsample('s2');
  x = convolve('c3', 16);
  x = subsample('s4');
  x = convolve('c5', 120);
  x = nn.globalAvgPool(x, { name: 'avgpool' });
  x = nn.activation(nn.dense(x, { name: 'f6', units: 84 }), 'tanh', { name: 'f6_tanh' });
  return nn.graph(nn.dense(x, { name: 'output', units: classCount(options.classes, 10) }));
}
