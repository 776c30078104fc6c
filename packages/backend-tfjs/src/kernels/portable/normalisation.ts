import type { Tensor, Tensor1D, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../kernels.js';

/** All axes but the channels. */
const batchAxes = (x: Tensor): number[] => Array.from({ length: x.rank - 1 }, (_, axis) => axis);

const countOf = (x: Tensor): number => x.size / (x.shape.at(-1) ?? 1);

export const batchNorm: Kernels['batchNorm'] = (x, { scale, shift, mean, variance }, eps) =>
  tf.tidy(() => tf.batchNorm(x as Tensor4D | Tensor2D, mean, variance, shift, scale, eps));

export const batchNormTraining: Kernels['batchNormTraining'] = (x, norm, eps, momentum) => {
  const [y, mean, inverse, runningMean, runningVariance] = tf.tidy(() => {
    const axes = batchAxes(x);
    const moments = tf.moments(x, axes);
    const inv = tf.rsqrt(tf.add(moments.variance, eps));
    const normalised = tf.mul(tf.sub(x, moments.mean), inv);
    const count = countOf(x);
    const unbiased = tf.mul(moments.variance, count / Math.max(count - 1, 1));
    const blend = (old: Tensor1D, batch: Tensor): Tensor => tf.add(tf.mul(old, 1 - momentum), tf.mul(batch, momentum));
    return [
      tf.add(tf.mul(normalised, norm.scale), norm.shift),
      moments.mean,
      inv,
      blend(norm.mean, moments.mean),
      blend(norm.variance, unbiased),
    ] as [Tensor, Tensor, Tensor, Tensor1D, Tensor1D];
  });
  return { y, saved: [mean, inverse], mean: runningMean, variance: runningVariance };
};

/**
 * With x^ = (x - mean) * inverse and n elements a channel: dshift = sum(dy), dscale = sum(dy * x^) and
 * dx = scale * inverse * (dy - dshift / n - x^ * dscale / n) (Ioffe and Szegedy, 2015, section 3).
 */
export const batchNormGradient: Kernels['batchNormGradient'] = (dy, x, scale, [mean, inverse]) => {
  if (mean === undefined || inverse === undefined)
    throw new RangeError('batchNormGradient needs what the forward pass saved');
  const [dx, dscale, dshift] = tf.tidy(() => {
    const axes = batchAxes(x);
    const count = countOf(x);
    const normalised = tf.mul(tf.sub(x, mean), inverse);
    const shift = tf.sum(dy, axes);
    const gain = tf.sum(tf.mul(dy, normalised), axes);
    const centred = tf.sub(tf.sub(dy, tf.div(shift, count)), tf.mul(normalised, tf.div(gain, count)));
    return [tf.mul(centred, tf.mul(scale, inverse)), gain, shift] as [Tensor, Tensor1D, Tensor1D];
  });
  return { x: dx, scale: dscale, shift: dshift };
};
