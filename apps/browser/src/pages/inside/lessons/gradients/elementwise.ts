import { type Node, sizeOf } from '@convzoo/layers';
import { present, type Rule } from './rule.js';

export const relu: Rule<Node<'activation'>> = {
  forward({ path, attributes }, { inputs }) {
    if (attributes.function !== 'relu') throw new RangeError(`${path}: only ReLU is differentiated here`);
    return { y: present(inputs[0]).map((value) => Math.max(0, value)) };
  },
  backward(_, dy, { y }) {
    return { inputs: [dy.map((gradient, i) => ((y[i] ?? 0) > 0 ? gradient : 0))], params: [] };
  },
};

/** The sum of branch and shortcut: the gradient goes back through both, unchanged. */
export const add: Rule<Node<'add'>> = {
  forward(_, { inputs }) {
    const [a, b] = [present(inputs[0]), present(inputs[1])];
    return { y: a.map((value, i) => value + (b[i] ?? 0)) };
  },
  backward: (_, dy) => ({ inputs: [dy, dy], params: [] }),
};

export const globalAvgPool: Rule<Node<'globalAvgPool'>> = {
  forward({ shape }, { batch, inputs }) {
    const x = present(inputs[0]);
    const channels = sizeOf(shape);
    const pixels = x.length / batch / channels;
    const y = new Float64Array(batch * channels);
    x.forEach((value, i) => {
      const to = Math.floor(i / (pixels * channels)) * channels + (i % channels);
      y[to] = (y[to] ?? 0) + value / pixels;
    });
    return { y };
  },
  backward({ shape }, dy, _, { batch, inputs }) {
    const x = present(inputs[0]);
    const channels = sizeOf(shape);
    const pixels = x.length / batch / channels;
    const from = (i: number): number => Math.floor(i / (pixels * channels)) * channels + (i % channels);
    return { inputs: [x.map((_value, i) => (dy[from(i)] ?? 0) / pixels)], params: [] };
  },
};
