import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { uniformAt } from '../random.js';
import { at, type GradientRule } from './rule.js';

export const activation: GradientRule<'activation'> = ({ node, kernels }) => ({
  reads: { y: true },
  forward: (inputs) => ({ y: kernels.activation(at(inputs, 0), node.attributes.function) }),
  backward: (dy, { y, needsInput }) => ({
    inputs: [needsInput(0) ? kernels.activationGradient(dy, y, node.attributes.function) : undefined],
  }),
});

export const add: GradientRule<'add'> = ({ node, kernels }) => {
  const fn = node.attributes.activation;
  return {
    reads: { y: fn !== 'linear' },
    forward: (inputs) => {
      const sum = tf.add(at(inputs, 0), at(inputs, 1));
      if (fn === 'linear') return { y: sum };
      const y = kernels.activation(sum, fn);
      sum.dispose();
      return { y };
    },
    // The gradient of a sum is the same for both sides: clones share their values.
    backward: (dy, { y, needsInput }) => {
      const d = fn === 'linear' ? tf.clone(dy) : kernels.activationGradient(dy, y, fn);
      const inputs = [0, 1].map((i) => (needsInput(i) ? tf.clone(d) : undefined));
      d.dispose();
      return { inputs };
    },
  };
};

/** The mask is drawn from the seed, the step and the node's path, so that a resumed training repeats it. */
export const dropout: GradientRule<'dropout'> = ({ node, randomStream }) => {
  const { rate } = node.attributes;
  return {
    reads: {},
    forward: (inputs, _, step) => {
      const x = at(inputs, 0);
      if (rate === 0) return { y: tf.clone(x) };
      const stream = randomStream(step);
      const mask = new Float32Array(x.size);
      for (let i = 0; i < mask.length; i++) mask[i] = uniformAt(stream, i) < rate ? 0 : 1 / (1 - rate);
      const kept = tf.tensor(mask, x.shape, 'float32');
      return { y: tf.mul(x, kept), saved: [kept] };
    },
    backward: (dy, { saved, needsInput }) => {
      const mask: Tensor | undefined = saved[0];
      if (!needsInput(0)) return { inputs: [undefined] };
      return { inputs: [mask === undefined ? tf.clone(dy) : tf.mul(dy, mask)] };
    },
  };
};
