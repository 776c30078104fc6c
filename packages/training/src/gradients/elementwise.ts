import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { uniformAt } from '../random.js';
import { fusedGradient } from './activation.js';
import { at, type GradientRule } from './rule.js';

export const add: GradientRule<'add'> = (context) => {
  const fused = fusedGradient(context, context.node.attributes.activation);
  return {
    reads: { y: fused.readsResult },
    forward: (inputs) => {
      const sum = tf.add(at(inputs, 0), at(inputs, 1));
      if (fused.inKernel === 'linear') return fused.finish(sum);
      const y = context.kernels.activation(sum, fused.inKernel);
      sum.dispose();
      return fused.finish(y);
    },
    // The gradient of a sum is the same for both sides: clones share their values.
    backward: (dy, backward) => {
      const d = fused.gradient(dy, backward);
      const inputs = [0, 1].map((i) => (backward.needsInput(i) ? tf.clone(d) : undefined));
      d.dispose();
      return { inputs };
    },
  };
};

/** The result has the sign of the input, so it tells where the slope is which; at slope 0 it is 0 where the slope is. */
export const leakyRelu: GradientRule<'leakyRelu'> = ({ node }) => {
  const { slope } = node.attributes;
  return {
    reads: { y: true },
    forward: (inputs) => ({ y: tf.leakyRelu(at(inputs, 0), slope) }),
    backward: (dy, { y, needsInput }) => ({
      inputs: [needsInput(0) ? tf.tidy(() => tf.where(tf.greater(y, 0), dy, tf.mul(dy, slope))) : undefined],
    }),
  };
};

/** The mask is drawn from the seed, the step and the node's path, so that a resumed training repeats it. */
export const dropout: GradientRule<'dropout'> = ({ node, randomStream }) => {
  const { rate, per } = node.attributes;
  return {
    reads: {},
    forward: (inputs, _, step) => {
      const x = at(inputs, 0);
      if (rate === 0) return { y: tf.clone(x) };
      const stream = randomStream(step);
      const shape = per === 'value' ? x.shape : x.shape.map((extent, axis) => (axis === 0 ? extent : 1));
      const mask = new Float32Array(tf.util.sizeFromShape(shape));
      for (let i = 0; i < mask.length; i++) mask[i] = uniformAt(stream, i) < rate ? 0 : 1 / (1 - rate);
      const kept = tf.tensor(mask, shape, 'float32');
      return { y: tf.mul(x, kept), saved: [kept] };
    },
    backward: (dy, { saved, needsInput }) => {
      const mask: Tensor | undefined = saved[0];
      if (!needsInput(0)) return { inputs: [undefined] };
      return { inputs: [mask === undefined ? tf.clone(dy) : tf.mul(dy, mask)] };
    },
  };
};
