import { Builder, convNormActivation, type Graph, residual } from '@convzoo/layers';
import { type Dataset, uniformAt } from '../../src/index.js';

/** A residual network with everything that training treats specially: norms, dropout, a shortcut. About 700 parameters. */
export function tinyNetwork({ classes = 3, dropout = 0.25, size = 8 } = {}): Graph {
  const nn = new Builder('tiny');
  const unit = (x: ReturnType<Builder['input']>, name: string, stride = 1) =>
    convNormActivation(nn, x, {
      names: { conv: `${name}.conv`, norm: `${name}.bn` },
      out: 6,
      kernel: 3,
      stride,
      activation: 'relu',
    });
  let x = unit(nn.input([size, size, 3]), 'stem');
  x = residual(nn, x, { branch: (y) => unit(y, 'block'), activation: 'relu' });
  x = nn.globalAvgPool(unit(x, 'down', 2));
  x = nn.dense(nn.dropout(x, { rate: dropout }), { name: 'fc', units: classes });
  return nn.graph(x);
}

/**
 * Pictures of two or more classes that a convolution tells apart: stripes whose direction or width is the class, moved
 * at random, in noise. Example i is the same in every run; the epoch moves it.
 */
export function stripes({ size = 64, classes = 2, extent = 8 } = {}): Dataset {
  return {
    size,
    shape: [extent, extent, 3],
    classes,
    fill(indices, epoch, out, labels) {
      for (const [k, n] of indices.entries()) {
        const label = n % classes;
        labels[k] = label;
        const shift = Math.floor(uniformAt(n, epoch) * extent);
        for (let i = 0; i < extent * extent; i++) {
          const [row, column] = [Math.floor(i / extent), i % extent];
          const along = (label % 2 === 0 ? row : column) + shift;
          const stripe = Math.floor(along / (1 + (label >> 1))) % 2 === 0 ? 1 : -1;
          for (let c = 0; c < 3; c++) {
            const noise = uniformAt(n * 7919 + epoch, 3 * i + c) - 0.5;
            out[(k * extent * extent + i) * 3 + c] = stripe * 0.5 + noise;
          }
        }
      }
    },
  };
}
