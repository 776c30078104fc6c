import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

const channelsOf = (x: Tensor): number => x.shape.at(-1) ?? 1;

/** Channels `start` to `start + size`. */
export function sliceChannels(x: Tensor, start: number, size: number): Tensor {
  const leading = x.shape.slice(0, -1);
  return tf.slice(x, [...leading.map(() => 0), start], [...leading, size]);
}

/** Channel g * n + i goes to i * groups + g (torch's channel_shuffle). With n for `groups` it is its own inverse. */
export function channelShuffle(x: Tensor, groups: number): Tensor {
  const channels = channelsOf(x);
  return tf.tidy(() => {
    const grouped = tf.reshape(x, [x.size / channels, groups, channels / groups]);
    return tf.reshape(tf.transpose(grouped, [0, 2, 1]), x.shape);
  });
}

/** A second factor as it multiplies `x`: one of another shape than `x` has one value a channel of each example. */
export function perChannel(y: Tensor, x: Tensor): Tensor {
  const sameShape = x.rank === y.rank && x.shape.every((extent, axis) => extent === y.shape[axis]);
  if (sameShape) return tf.clone(y);
  const [batch = 1] = x.shape;
  return tf.reshape(y, [batch, ...x.shape.slice(1, -1).map(() => 1), channelsOf(x)]);
}

/** Runs `use` on a matrix with one row a pixel: for ops that look at the channels of a pixel alone. */
export function overPixels(x: Tensor, use: (pixels: Tensor2D) => Tensor2D): Tensor {
  if (x.rank === 2) return use(x as Tensor2D);
  const channels = channelsOf(x);
  return tf.tidy(() => {
    const y = use(tf.reshape(x, [x.size / channels, channels]));
    return tf.reshape(y, [...x.shape.slice(0, -1), channelsOf(y)]);
  });
}
