import { activationGradientReads } from '@convzoo/backend-tfjs';
import type { FusedActivation } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { at, type BackwardContext, type Forward, type GradientContext, type GradientRule } from './rule.js';

export const activation: GradientRule<'activation'> = ({ node, kernels }) => {
  const fn = node.attributes.function;
  const readsInput = activationGradientReads[fn] === 'x';
  return {
    reads: { inputs: readsInput, y: !readsInput },
    forward: (inputs) => ({ y: kernels.activation(at(inputs, 0), fn) }),
    backward: (dy, { inputs, y, needsInput }) => ({
      inputs: [needsInput(0) ? kernels.activationGradient(dy, readsInput ? at(inputs, 0) : y, fn) : undefined],
    }),
  };
};

/** How the gradient of an op finds its way back through the activation that was fused into it. */
export interface FusedGradient {
  /** Whether backward reads the op's result. */
  readonly readsResult: boolean;
  /** What the op's own kernel may compute with the product. */
  readonly inKernel: FusedActivation;
  /** Completes the result of that kernel, which it disposes or keeps for backward. */
  finish(result: Tensor): Forward;
  /** The gradient of what the activation was applied to; a new tensor. */
  gradient(dy: Tensor, context: Pick<BackwardContext, 'y' | 'saved'>): Tensor;
}

/** A function whose gradient needs its input is computed after the kernel, since the kernel would not hand that out. */
export function fusedGradient(
  { kernels, active }: Pick<GradientContext, 'kernels' | 'active'>,
  fn: FusedActivation,
): FusedGradient {
  if (fn === 'linear') {
    return { readsResult: false, inKernel: fn, finish: (y) => ({ y }), gradient: (dy) => tf.clone(dy) };
  }
  if (activationGradientReads[fn] === 'y') {
    return {
      readsResult: true,
      inKernel: fn,
      finish: (y) => ({ y }),
      gradient: (dy, { y }) => kernels.activationGradient(dy, y, fn),
    };
  }
  return {
    readsResult: false,
    inKernel: 'linear',
    finish: (x) => {
      const y = kernels.activation(x, fn);
      if (active) return { y, saved: [x] };
      x.dispose();
      return { y };
    },
    gradient: (dy, { saved }) => kernels.activationGradient(dy, at(saved, 0), fn),
  };
}
