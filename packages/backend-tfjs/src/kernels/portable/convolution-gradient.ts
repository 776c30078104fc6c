import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConvGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { depthwiseFilter } from './convolution.js';

/*
 * tfjs-wasm lacks the filter gradients and both depthwise gradients, its input gradient is a plain loop, and none of the
 * tfjs gradients knows dilation (tfjs#8474). Both are convolutions or sums of products themselves, so they are composed
 * here of operations that every backend has and runs fast.
 */

/** Pads or, where a number is negative, crops height and width. */
function padOrCrop(x: Tensor4D, top: number, right: number, bottom: number, left: number): Tensor4D {
  const grow = (n: number): number => Math.max(n, 0);
  const padded = Math.max(top, right, bottom, left) > 0
    ? tf.pad(x, [[0, 0], [grow(top), grow(bottom)], [grow(left), grow(right)], [0, 0]])
    : x;
  if (Math.min(top, right, bottom, left) >= 0) return padded;
  const [batch, height, width, channels] = padded.shape;
  const begin: [number, number] = [grow(-top), grow(-left)];
  return tf.slice(padded, [0, ...begin, 0], [batch, height - begin[0] - grow(-bottom), width - begin[1] - grow(-right), channels]);
}

/** Puts `stride - 1` zeros between rows and columns: `[n, h, w, c]` to `[n, (h - 1) * sy + 1, (w - 1) * sx + 1, c]`. */
function spread(dy: Tensor4D, [sy, sx]: readonly [number, number]): Tensor4D {
  if (sy === 1 && sx === 1) return dy;
  const [batch, height, width, channels] = dy.shape;
  const wide = sx === 1 ? dy : tf.concat([dy, tf.zeros([batch, height, width, (sx - 1) * channels])], 3);
  const rows = tf.reshape(wide, [batch, height, 1, width * sx * channels]) as Tensor4D;
  const tall = sy === 1 ? rows : tf.concat([rows, tf.zeros([batch, height, sy - 1, width * sx * channels])], 2);
  const full = tf.reshape(tall, [batch, height * sy, width * sx, channels]) as Tensor4D;
  return tf.slice(full, [0, 0, 0, 0], [batch, (height - 1) * sy + 1, (width - 1) * sx + 1, channels]);
}

/** What the filter's element (i, j) multiplies: every stride-th pixel from there. Strided slices are slow, reshapes not. */
function samples(padded: Tensor4D, i: number, j: number, geometry: ConvGeometry): Tensor4D {
  const [oh, ow] = geometry.output;
  const [sy, sx] = geometry.strides;
  const [dy, dx] = geometry.dilations;
  const [batch, , , channels] = padded.shape;
  const block = tf.slice(padded, [0, i * dy, j * dx, 0], [batch, oh * sy, ow * sx, channels]);
  if (sy === 1 && sx === 1) return block;
  const rows = tf.reshape(block, [batch * oh, sy, ow, sx * channels]) as Tensor4D;
  return tf.reshape(tf.slice(rows, [0, 0, 0, 0], [batch * oh, 1, ow, channels]), [batch, oh, ow, channels]);
}

export const conv2dInputGradient: Kernels['conv2dInputGradient'] = (dy, filter, geometry) =>
  tf.tidy(() => {
    const [kh, kw] = geometry.size;
    const [top, , , left] = geometry.padding;
    const [height, width] = geometry.input;
    const [ry, rx] = [(kh - 1) * geometry.dilations[0], (kw - 1) * geometry.dilations[1]];
    const dense = spread(dy, geometry.strides);
    const padded = padOrCrop(
      dense,
      ry - top,
      width + rx - (rx - left) - dense.shape[2],
      height + ry - (ry - top) - dense.shape[1],
      rx - left,
    );
    const dilations = [...geometry.dilations] as [number, number];
    if (!geometry.depthwise) {
      const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
      return tf.conv2d(padded, turned, 1, 'valid', 'NHWC', dilations);
    }
    const perChannel = depthwiseFilter(filter, geometry);
    const [, , channels, multiplier] = perChannel.shape;
    if (multiplier === 1) return tf.depthwiseConv2d(padded, tf.reverse(perChannel, [0, 1]), 1, 'valid', 'NHWC', dilations);
    // With a multiplier the outputs of a channel add up: convolve each of them back and sum.
    const [batch, rows, columns] = padded.shape;
    const split = tf.reshape(padded, [batch, rows, columns, channels, multiplier]);
    const parts = Array.from({ length: multiplier }, (_, m) => {
      const part = tf.reshape(tf.slice(split, [0, 0, 0, 0, m], [-1, -1, -1, -1, 1]), [batch, rows, columns, channels]);
      const taps = tf.reverse(tf.slice(perChannel, [0, 0, 0, m], [-1, -1, -1, 1]), [0, 1]);
      return tf.depthwiseConv2d(part as Tensor4D, taps, 1, 'valid', 'NHWC', dilations);
    });
    return tf.addN(parts) as Tensor4D;
  });

export const conv2dFilterGradient: Kernels['conv2dFilterGradient'] = (x, dy, geometry) =>
  tf.tidy(() => {
    const [kh, kw, , out] = geometry.filter;
    const [top, right, bottom, left] = geometry.padding;
    const [sy, sx] = geometry.strides;
    const channels = geometry.input[2];
    const [batch, oh, ow] = dy.shape;
    // A stride's worth more at the end, so that every block of `samples` is whole.
    const padded = padOrCrop(x, top, right + sx - 1, bottom + sy - 1, left);
    const rows = batch * oh * ow;
    const gradients: tf.Tensor[] = [];
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const patch = samples(padded, i, j, geometry);
        if (!geometry.depthwise) {
          gradients.push(tf.matMul(tf.reshape(patch, [rows, channels]), tf.reshape(dy, [rows, out]), true, false));
          continue;
        }
        const multiplier = out / channels;
        const product = tf.mul(tf.reshape(patch, [rows, channels, 1]), tf.reshape(dy, [rows, channels, multiplier]));
        gradients.push(tf.sum(product, 0));
      }
    }
    return tf.reshape(tf.concat(gradients, 0), [...geometry.filter]) as Tensor4D;
  });
