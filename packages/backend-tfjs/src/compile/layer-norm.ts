import type { Tensor, Tensor1D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

export interface LayerNormParameters {
  readonly scale?: Tensor1D | undefined;
  readonly shift?: Tensor1D | undefined;
}

/** The channels of each pixel with mean 0 and variance 1, and one over their deviation. Run it inside `tidy`. */
function normalise(x: Tensor, eps: number): { readonly normal: Tensor; readonly inverse: Tensor } {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const inverse = tf.rsqrt(tf.add(tf.mean(tf.square(centred), -1, true), eps));
  return { normal: tf.mul(centred, inverse), inverse };
}

/** Ba, Kiros and Hinton, "Layer Normalization", 2016, over the last axis. */
export function layerNorm(x: Tensor, { scale, shift }: LayerNormParameters, eps: number): Tensor {
  return tf.tidy(() => {
    const { normal } = normalise(x, eps);
    const scaled = scale === undefined ? normal : tf.mul(normal, scale);
    return shift === undefined ? scaled : tf.add(scaled, shift);
  });
}

export interface LayerNormGradients {
  readonly x: Tensor;
  readonly scale: Tensor1D;
  readonly shift: Tensor1D;
}

/**
 * With x^ the normalised input and d = dy * scale: dx = (d - mean(d) - x^ * mean(d * x^)) / deviation, with means over the
 * channels of a pixel; the parameters sum over all pixels.
 */
export function layerNormGradient(
  dy: Tensor,
  x: Tensor,
  { scale }: Pick<LayerNormParameters, 'scale'>,
  eps: number,
): LayerNormGradients {
  const [dx, dscale, dshift] = tf.tidy(() => {
    const { normal, inverse } = normalise(x, eps);
    const d = scale === undefined ? dy : tf.mul(dy, scale);
    const along = tf.mul(normal, tf.mean(tf.mul(d, normal), -1, true));
    const axes = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
    return [
      tf.mul(tf.sub(tf.sub(d, tf.mean(d, -1, true)), along), inverse),
      tf.sum(tf.mul(dy, normal), axes),
      tf.sum(dy, axes),
    ] as [Tensor, Tensor1D, Tensor1D];
  });
  return { x: dx, scale: dscale, shift: dshift };
}
