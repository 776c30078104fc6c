import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { WindowGeometry } from '../geometry.js';

/** Pads height and width with `value` or, where a number is negative, crops. May be `x` itself; run it inside `tidy`. */
export function padOrCrop(
  x: Tensor4D,
  [top, right, bottom, left]: readonly [top: number, right: number, bottom: number, left: number],
  value = 0,
): Tensor4D {
  const grow = (n: number): number => Math.max(n, 0);
  const grown: [number, number][] = [
    [0, 0],
    [grow(top), grow(bottom)],
    [grow(left), grow(right)],
    [0, 0],
  ];
  const padded = Math.max(top, right, bottom, left) > 0 ? tf.pad(x, grown, value) : x;
  if (Math.min(top, right, bottom, left) >= 0) return padded;
  const [batch, height, width, channels] = padded.shape;
  const [y, xx] = [grow(-top), grow(-left)];
  const inner: [number, number] = [height - y - grow(-bottom), width - xx - grow(-right)];
  return tf.slice(padded, [0, y, xx, 0], [batch, ...inner, channels]);
}

/**
 * What element (i, j) of every window sees: every stride-th pixel from there, in the output's shape. `padded` reaches a
 * stride less one past the last window. Strided slices are slow, reshapes are not.
 */
export function samples(padded: Tensor4D, i: number, j: number, geometry: WindowGeometry): Tensor4D {
  const [oh, ow] = geometry.output;
  const [sy, sx] = geometry.strides;
  const [dy, dx] = geometry.dilations;
  const [batch, , , channels] = padded.shape;
  const block = tf.slice(padded, [0, i * dy, j * dx, 0], [batch, oh * sy, ow * sx, channels]);
  if (sy === 1 && sx === 1) return block;
  const rows = tf.reshape(block, [batch * oh, sy, ow, sx * channels]) as Tensor4D;
  return tf.reshape(tf.slice(rows, [0, 0, 0, 0], [batch * oh, 1, ow, channels]), [batch, oh, ow, channels]);
}
