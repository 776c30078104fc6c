import { Builder, convNormActivation, depthwiseSeparable, type Graph, residual, type Value } from '@convzoo/layers';

const names = (conv: string, norm: string) => ({ conv, norm });

/** Depthwise 3x3, then pointwise, each with norm and ReLU. */
function separable(nn: Builder, x: Value, out: number, stride: number): Value {
  const parts = { depthwise: names('dw', 'dw_bn'), pointwise: names('pw', 'pw_bn') };
  return depthwiseSeparable(nn, x, { names: parts, out, kernel: 3, stride, activation: 'relu' });
}

/** A small residual network of separable convolutions: an architecture in one file, known to no registry. */
export default function myNet({ input = 64, width = 32, classes = 10 } = {}): Graph {
  const nn = new Builder('my-net');
  const stem = { names: names('stem', 'stem_bn'), out: width, kernel: 3, stride: 2 };
  let x = convNormActivation(nn, nn.input([input, input, 3]), { ...stem, activation: 'relu' });
  for (const stage of [1, 2, 3]) {
    x = nn.module(`stage${stage}`, () => {
      const y = nn.scope('down', () => separable(nn, x, width << stage, 2));
      return nn.scope('refine', () => residual(nn, y, { branch: (z) => separable(nn, z, width << stage, 1) }));
    });
  }
  return nn.graph(nn.dense(nn.globalAvgPool(x), { name: 'classifier', units: classes }));
}
