import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { withGroups } from '../grouped.js';
import type { Kernels } from '../kernels.js';
import { batchNorm } from '../portable/normalisation.js';
import { nativeActivations } from './activations.js';
import { conv2d, conv2dFilterGradient, conv2dInputGradient, finish } from './convolution.js';
import { attribute, execute } from './execute.js';
import { batchNormGradient, batchNormTraining } from './normalisation.js';
import { avgPool, avgPoolGradient, maxPool, maxPoolGradient } from './pooling.js';

/** Of TensorFlow's own kernels, for the `tensorflow` backend. */
export const nativeKernels: Kernels = {
  upload({ data, shape }) {
    // TensorFlow reads an array in place where its address suits it, so that the tensor would follow the caller's changes.
    const tensor = tf.tensor(data.slice(), [...shape], 'float32');
    // tfjs-node keeps the copy until an op reads it. This one does nothing else.
    execute('Identity', [attribute.type('T')], [tensor]).dispose();
    return tensor;
  },
  ...withGroups({ conv2d, conv2dInputGradient, conv2dFilterGradient }),
  dense: (x, kernel, epilogue) => finish(tf.matMul(x, kernel) as Tensor2D, epilogue),
  maxPool,
  maxPoolGradient,
  avgPool,
  avgPoolGradient,
  globalAvgPool: (x) => tf.mean(x, [1, 2]),
  batchNorm,
  batchNormTraining,
  batchNormGradient,
  activation: (x, fn) => nativeActivations[fn].value(x),
  activationGradient: (dy, seen, fn) => nativeActivations[fn].gradient(dy, seen),
  biasGradient: (dy: Tensor) =>
    execute<Tensor1D>('BiasAddGrad', [attribute.type('T'), attribute.string('data_format', 'NHWC')], [dy]),
};
