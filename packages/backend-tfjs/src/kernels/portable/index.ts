import * as tf from '@tensorflow/tfjs-core';
import { withGroups } from '../grouped.js';
import type { Kernels } from '../kernels.js';
import { conv2d } from './convolution.js';
import { conv2dFilterGradient, conv2dInputGradient } from './convolution-gradient.js';
import { batchNorm, batchNormGradient, batchNormTraining } from './normalisation.js';
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from './pooling.js';

/** Of operations that every tfjs backend has. */
export const portableKernels: Kernels = {
  upload: ({ data, shape }) => tf.tensor(data.slice(), [...shape], 'float32'),
  ...withGroups({ conv2d, conv2dInputGradient, conv2dFilterGradient }),
  dense: (x, kernel, { bias, activation }) =>
    tf.fused.matMul({ a: x, b: kernel, activation, ...(bias !== undefined && { bias }) }) as tf.Tensor2D,
  maxPool,
  maxPoolGradient,
  avgPool,
  avgPoolGradient,
  batchNorm,
  batchNormTraining,
  batchNormGradient,
  activation: (x, fn) => (fn === 'relu' ? tf.relu(x) : tf.relu6(x)),
  activationGradient: (dy, y, fn) =>
    tf.tidy(() => {
      const open = tf.greater(y, 0);
      return tf.mul(dy, tf.cast(fn === 'relu' ? open : tf.logicalAnd(open, tf.less(y, 6)), 'float32'));
    }),
  biasGradient: (dy) =>
    tf.sum(
      dy,
      Array.from({ length: dy.rank - 1 }, (_, axis) => axis),
    ) as tf.Tensor1D,
};
