import * as tf from '@tensorflow/tfjs-core';
import { portableActivations } from '../activations.js';
import { withGroups } from '../grouped.js';
import type { Kernels } from '../kernels.js';
import { conv2d } from './convolution.js';
import { conv2dFilterGradient, conv2dInputGradient } from './convolution-gradient.js';
import { withActivation } from './epilogue.js';
import { batchNorm, batchNormGradient, batchNormTraining } from './normalisation.js';
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from './pooling.js';

/** Of operations that every tfjs backend has. */
export const portableKernels: Kernels = {
  upload: ({ data, shape }) => tf.tensor(data.slice(), [...shape], 'float32'),
  ...withGroups({ conv2d, conv2dInputGradient, conv2dFilterGradient }),
  dense: (x, kernel, { bias, activation }) =>
    withActivation(
      activation,
      (fused) =>
        tf.fused.matMul({ a: x, b: kernel, activation: fused, ...(bias !== undefined && { bias }) }) as tf.Tensor2D,
    ),
  maxPool,
  maxPoolGradient,
  avgPool,
  avgPoolGradient,
  globalAvgPool: (x) => tf.mean(x, [1, 2]),
  batchNorm,
  batchNormTraining,
  batchNormGradient,
  activation: (x, fn) => portableActivations[fn].value(x),
  activationGradient: (dy, seen, fn) => portableActivations[fn].gradient(dy, seen),
  biasGradient: (dy) =>
    tf.sum(
      dy,
      Array.from({ length: dy.rank - 1 }, (_, axis) => axis),
    ) as tf.Tensor1D,
};
