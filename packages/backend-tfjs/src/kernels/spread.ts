import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConvGeometry } from './geometry.js';

/**
 * Puts `step - 1` zeros between rows and columns: `[n, h, w, c]` to `[n, (h - 1) * sy + 1, (w - 1) * sx + 1, c]`. May be
 * `x` itself; run it inside `tidy`.
 */
export function spread(x: Tensor4D, [sy, sx]: readonly [number, number]): Tensor4D {
  if (sy === 1 && sx === 1) return x;
  const [batch, height, width, channels] = x.shape;
  const wide = sx === 1 ? x : tf.concat([x, tf.zeros([batch, height, width, (sx - 1) * channels])], 3);
  const rows = tf.reshape(wide, [batch, height, 1, width * sx * channels]) as Tensor4D;
  const tall = sy === 1 ? rows : tf.concat([rows, tf.zeros([batch, height, sy - 1, width * sx * channels])], 2);
  const full = tf.reshape(tall, [batch, height * sy, width * sx, channels]) as Tensor4D;
  return tf.slice(full, [0, 0, 0, 0], [batch, (height - 1) * sy + 1, (width - 1) * sx + 1, channels]);
}

export const isDilated = ({ dilations: [dy, dx] }: ConvGeometry): boolean => dy > 1 || dx > 1;
export const isStrided = ({ strides: [sy, sx] }: ConvGeometry): boolean => sy > 1 || sx > 1;

/**
 * The same convolution without dilation: a dilated filter is a larger one with zeros between its elements. For backends
 * whose kernels lack a case of dilation. Run it inside `tidy`.
 */
export function withoutDilation(filter: Tensor4D, geometry: ConvGeometry): [Tensor4D, ConvGeometry] {
  const [kh, kw, perGroup, out] = geometry.filter;
  const taps = tf.reshape(filter, [1, kh, kw, perGroup * out]) as Tensor4D;
  const size = [(kh - 1) * geometry.dilations[0] + 1, (kw - 1) * geometry.dilations[1] + 1] as const;
  const larger = tf.reshape(spread(taps, geometry.dilations), [...size, perGroup, out]) as Tensor4D;
  return [larger, { ...geometry, size, dilations: [1, 1], filter: [...size, perGroup, out] }];
}
