import type { ActivationFunction } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/**
 * Which value the gradient of each function is computed from: the result `y`, which is there anyway, or, where different
 * inputs have the same result, the input `x`.
 */
export const activationGradientReads = {
  relu: 'y',
  relu6: 'y',
  sigmoid: 'y',
  tanh: 'y',
  hardSigmoid: 'y',
  swish: 'x',
  hardSwish: 'x',
  gelu: 'x',
} as const satisfies Readonly<Record<ActivationFunction, 'x' | 'y'>>;

/** A non-linearity and its derivative. */
export interface ActivationKernel {
  value(x: Tensor): Tensor;
  /** `dy` times the derivative; `seen` is what {@link activationGradientReads} says. */
  gradient(dy: Tensor, seen: Tensor): Tensor;
}

export type ActivationKernels = { readonly [F in ActivationFunction]: ActivationKernel };

const where = (condition: Tensor): Tensor => tf.cast(condition, 'float32');
const between = (x: Tensor, low: number, high: number): Tensor =>
  where(tf.logicalAnd(tf.greater(x, low), tf.less(x, high)));

const hardSigmoid = (x: Tensor): Tensor => tf.div(tf.relu6(tf.add(x, 3)), 6);

/**
 * Phi(x) of the normal distribution. `erf` of cpu and wasm is that of Abramowitz and Stegun, 7.1.26, which is off by
 * 1.5e-7 at most: GELU is then as close to its definition as TensorFlow's (test/activations.test.ts).
 */
const normalShare = (x: Tensor): Tensor => tf.mul(tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1), 0.5);

const composed: ActivationKernels = {
  relu: {
    value: (x) => tf.relu(x),
    gradient: (dy, y) => tf.mul(dy, where(tf.greater(y, 0))),
  },
  relu6: {
    value: (x) => tf.relu6(x),
    gradient: (dy, y) => tf.mul(dy, between(y, 0, 6)),
  },
  sigmoid: {
    value: (x) => tf.sigmoid(x),
    gradient: (dy, y) => tf.mul(dy, tf.mul(y, tf.sub(1, y))),
  },
  tanh: {
    value: (x) => tf.tanh(x),
    gradient: (dy, y) => tf.mul(dy, tf.sub(1, tf.square(y))),
  },
  hardSigmoid: {
    value: hardSigmoid,
    gradient: (dy, y) => tf.mul(dy, tf.div(between(y, 0, 1), 6)),
  },
  swish: {
    value: (x) => tf.mul(x, tf.sigmoid(x)),
    // s + x * s * (1 - s)
    gradient: (dy, x) => {
      const s = tf.sigmoid(x);
      return tf.mul(dy, tf.mul(s, tf.add(tf.mul(x, tf.sub(1, s)), 1)));
    },
  },
  hardSwish: {
    value: (x) => tf.mul(x, hardSigmoid(x)),
    // 0 below -3, 1 above 3, and (2 * x + 3) / 6 between them
    gradient: (dy, x) => tf.mul(dy, tf.add(hardSigmoid(x), tf.mul(tf.div(x, 6), between(x, -3, 3)))),
  },
  gelu: {
    value: (x) => tf.mul(x, normalShare(x)),
    // Phi(x) + x * phi(x)
    gradient: (dy, x) => {
      const density = tf.mul(tf.exp(tf.mul(tf.square(x), -0.5)), 1 / Math.sqrt(2 * Math.PI));
      return tf.mul(dy, tf.add(normalShare(x), tf.mul(x, density)));
    },
  },
};

/** Each of operations that every tfjs backend has. */
export const portableActivations: ActivationKernels = tidied(composed);

function tidied(kernels: ActivationKernels): ActivationKernels {
  const entries = Object.entries(kernels).map(([fn, { value, gradient }]): [string, ActivationKernel] => [
    fn,
    {
      value: (x) => tf.tidy(() => value(x)),
      gradient: (dy, seen) => tf.tidy(() => gradient(dy, seen)),
    },
  ]);
  // The same keys; fromEntries cannot express that.
  return Object.fromEntries(entries) as unknown as ActivationKernels;
}

/** Applies `value` to a tensor that is not needed afterwards. */
export function replaceBy<T extends Tensor>(x: T, value: (x: T) => Tensor): T {
  const y = value(x);
  x.dispose();
  return y as T;
}
