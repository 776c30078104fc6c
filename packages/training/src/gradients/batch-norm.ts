import type { ParamRole } from '@convzoo/layers';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { at, type GradientRule } from './rule.js';

/**
 * In training a norm uses the batch's statistics and hands back new running ones. A frozen norm is a fixed scale and
 * shift: it neither uses nor updates batch statistics.
 */
export const batchNorm: GradientRule<'batchNorm'> = ({ node, kernels, frozen, isTrained, keep }) => {
  const { eps, momentum } = node.attributes;
  const index = (role: ParamRole): number => node.params.findIndex((spec) => spec.role === role);
  const [scaleAt, shiftAt, meanAt, varianceAt] = [index('scale'), index('shift'), index('mean'), index('variance')];
  const channels = node.shape.at(-1) ?? 0;
  const one = scaleAt < 0 ? keep(tf.ones([channels])) : undefined;
  const zero = shiftAt < 0 ? keep(tf.zeros([channels])) : undefined;
  const normOf = (params: readonly Tensor[]) => ({
    scale: (params[scaleAt] ?? one) as Tensor1D,
    shift: (params[shiftAt] ?? zero) as Tensor1D,
    mean: at(params, meanAt) as Tensor1D,
    variance: at(params, varianceAt) as Tensor1D,
  });
  const pathAt = (i: number): string => node.params[i]?.path ?? '';
  if (frozen) {
    return {
      reads: {},
      forward: (inputs, params) => ({ y: kernels.batchNorm(at(inputs, 0), normOf(params), eps) }),
      backward: (dy, { params, needsInput }) => {
        if (!needsInput(0)) return { inputs: [undefined] };
        const { scale, variance } = normOf(params);
        return { inputs: [tf.tidy(() => tf.mul(dy, tf.mul(scale, tf.rsqrt(tf.add(variance, eps)))))] };
      },
    };
  }
  return {
    reads: { inputs: true },
    forward: (inputs, params) => {
      const { y, saved, mean, variance } = kernels.batchNormTraining(at(inputs, 0), normOf(params), eps, momentum);
      return {
        y,
        saved,
        updates: new Map([
          [pathAt(meanAt), mean],
          [pathAt(varianceAt), variance],
        ]),
      };
    },
    backward: (dy, { inputs, params, saved, needsInput }) => {
      const gradients = kernels.batchNormGradient(dy, at(inputs, 0), normOf(params).scale, saved, eps);
      const wanted = (i: number, gradient: Tensor): Tensor | undefined => {
        if (i >= 0 && isTrained(pathAt(i))) return gradient;
        gradient.dispose();
        return undefined;
      };
      const byIndex = new Map<number, Tensor | undefined>([
        [scaleAt, wanted(scaleAt, gradients.scale)],
        [shiftAt, wanted(shiftAt, gradients.shift)],
      ]);
      if (!needsInput(0)) gradients.x.dispose();
      return {
        inputs: [needsInput(0) ? gradients.x : undefined],
        params: node.params.map((_, i) => byIndex.get(i)),
      };
    },
  };
};
