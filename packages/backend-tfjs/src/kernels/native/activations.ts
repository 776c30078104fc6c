import type { Tensor } from '@tensorflow/tfjs-core';
import { type ActivationKernels, portableActivations } from '../activations.js';
import { attribute, execute } from './execute.js';

const run = (op: string, ...inputs: Tensor[]): Tensor => execute(op, [attribute.type('T')], inputs);

/** One TensorFlow op each where there is one. */
export const nativeActivations: ActivationKernels = {
  ...portableActivations,
  relu: { value: (x) => run('Relu', x), gradient: (dy, y) => run('ReluGrad', dy, y) },
  relu6: { value: (x) => run('Relu6', x), gradient: (dy, y) => run('Relu6Grad', dy, y) },
  sigmoid: { value: (x) => run('Sigmoid', x), gradient: (dy, y) => run('SigmoidGrad', y, dy) },
  tanh: { value: (x) => run('Tanh', x), gradient: (dy, y) => run('TanhGrad', y, dy) },
};
