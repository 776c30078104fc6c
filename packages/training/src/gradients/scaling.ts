import {
  type LayerNormParameters,
  layerNorm as layerNormForward,
  layerNormGradient,
  perChannel,
} from '@convzoo/backend-tfjs';
import type { ParamRole } from '@convzoo/layers';
import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { at, type GradientRule } from './rule.js';

const axesBut = (x: Tensor, kept: readonly number[]): number[] =>
  x.shape.map((_, axis) => axis).filter((axis) => !kept.includes(axis));

const sameShape = (x: Tensor, y: Tensor): boolean => x.shape.join() === y.shape.join();

/** Every factor's gradient is `dy` times the other; a factor of whole channels sums that over the pixels of an example. */
export const multiply: GradientRule<'multiply'> = () => ({
  reads: { inputs: true },
  forward: (inputs) => ({ y: tf.tidy(() => tf.mul(at(inputs, 0), perChannel(at(inputs, 1), at(inputs, 0)))) }),
  backward: (dy, { inputs, needsInput }) => {
    const [x, factor] = [at(inputs, 0), at(inputs, 1)];
    const ofFactor = (): Tensor => {
      const product = tf.mul(dy, x);
      if (sameShape(x, factor)) return product;
      return tf.reshape(tf.sum(product, axesBut(x, [0, x.rank - 1])), factor.shape);
    };
    return {
      inputs: [
        needsInput(0) ? tf.tidy(() => tf.mul(dy, perChannel(factor, x))) : undefined,
        needsInput(1) ? tf.tidy(ofFactor) : undefined,
      ],
    };
  },
});

export const layerScale: GradientRule<'layerScale'> = ({ node, isTrained }) => {
  const trained = node.params.some(({ path }) => isTrained(path));
  return {
    reads: { inputs: trained },
    forward: (inputs, params) => ({ y: tf.mul(at(inputs, 0), at(params, 0)) }),
    backward: (dy, { inputs, params, needsInput }) => ({
      inputs: [needsInput(0) ? tf.mul(dy, at(params, 0)) : undefined],
      params: [trained ? tf.tidy(() => tf.sum(tf.mul(dy, at(inputs, 0)), axesBut(dy, [dy.rank - 1]))) : undefined],
    }),
  };
};

export const rescale: GradientRule<'rescale'> = ({ node, keep }) => {
  const scale = keep(tf.tensor1d([...node.attributes.scale]));
  const offset = keep(tf.tensor1d([...node.attributes.offset]));
  return {
    reads: {},
    forward: (inputs) => ({ y: tf.tidy(() => tf.add(tf.mul(at(inputs, 0), scale), offset)) }),
    backward: (dy, { needsInput }) => ({ inputs: [needsInput(0) ? tf.mul(dy, scale) : undefined] }),
  };
};

export const layerNorm: GradientRule<'layerNorm'> = ({ node, isTrained }) => {
  const { eps } = node.attributes;
  const index = (role: ParamRole): number => node.params.findIndex((spec) => spec.role === role);
  const [scaleAt, shiftAt] = [index('scale'), index('shift')];
  const normOf = (params: readonly Tensor[]): LayerNormParameters => ({
    scale: params[scaleAt] as Tensor1D | undefined,
    shift: params[shiftAt] as Tensor1D | undefined,
  });
  return {
    reads: { inputs: true },
    forward: (inputs, params) => ({ y: layerNormForward(at(inputs, 0), normOf(params), eps) }),
    backward: (dy, { inputs, params, needsInput }) => {
      const gradients = layerNormGradient(dy, at(inputs, 0), normOf(params), eps);
      const wanted = (gradient: Tensor, isWanted: boolean): Tensor | undefined => {
        if (isWanted) return gradient;
        gradient.dispose();
        return undefined;
      };
      const ofRole = (i: number, gradient: Tensor): Tensor | undefined =>
        wanted(gradient, i >= 0 && isTrained(node.params[i]?.path ?? ''));
      const byIndex = new Map([
        [scaleAt, ofRole(scaleAt, gradients.scale)],
        [shiftAt, ofRole(shiftAt, gradients.shift)],
      ]);
      return {
        inputs: [wanted(gradients.x, needsInput(0))],
        params: node.params.map((_, i) => byIndex.get(i)),
      };
    },
  };
};
