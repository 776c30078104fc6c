import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../kernels.js';
import { isDilated, spread, withoutDilation } from '../spread.js';
import { depthwiseFilter } from './convolution.js';
import { padOrCrop, samples } from './sampling.js';

/*
 * tfjs-wasm lacks the filter gradients and both depthwise gradients, its input gradient is a plain loop, and none of the
 * tfjs gradients knows dilation (tfjs#8474). Both are convolutions or sums of products themselves, so they are composed
 * here of operations that every backend has and runs fast.
 */

export const conv2dInputGradient: Kernels['conv2dInputGradient'] = (dy, filter, geometry) =>
  tf.tidy(() => {
    // Not every depthwise kernel knows dilation: TensorFlow's own has it with oneDNN only.
    if (geometry.depthwise && isDilated(geometry)) return conv2dInputGradient(dy, ...withoutDilation(filter, geometry));
    const [kh, kw] = geometry.size;
    const [top, , , left] = geometry.padding;
    const [height, width] = geometry.input;
    const [ry, rx] = [(kh - 1) * geometry.dilations[0], (kw - 1) * geometry.dilations[1]];
    const dense = spread(dy, geometry.strides);
    const padded = padOrCrop(dense, [
      ry - top,
      width + left - dense.shape[2],
      height + top - dense.shape[1],
      rx - left,
    ]);
    const dilations = [...geometry.dilations] as [number, number];
    if (!geometry.depthwise) {
      const turned = tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]);
      return tf.conv2d(padded, turned, 1, 'valid', 'NHWC', dilations);
    }
    const perChannel = depthwiseFilter(filter, geometry);
    const [, , channels, multiplier] = perChannel.shape;
    if (multiplier === 1)
      return tf.depthwiseConv2d(padded, tf.reverse(perChannel, [0, 1]), 1, 'valid', 'NHWC', dilations);
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
    const padded = padOrCrop(x, [top, right + sx - 1, bottom + sy - 1, left]);
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
