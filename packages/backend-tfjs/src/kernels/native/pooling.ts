import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type AvgPoolGeometry, averagingCounts, type WindowGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { paddingAttributes } from './convolution.js';
import { type Attribute, attribute, execute } from './execute.js';

const windowAttributes = ({ size, strides }: WindowGeometry): Attribute[] => [
  attribute.type('T'),
  attribute.int('ksize', [1, ...size, 1]),
  attribute.int('strides', [1, ...strides, 1]),
  attribute.string('data_format', 'NHWC'),
];

const maxPoolAttributes = (geometry: WindowGeometry): Attribute[] => [
  ...windowAttributes(geometry),
  ...paddingAttributes(geometry.padding),
];

export const maxPool: Kernels['maxPool'] = (x, geometry) =>
  execute<Tensor4D>('MaxPool', maxPoolAttributes(geometry), [x]);

export const maxPoolGradient: Kernels['maxPoolGradient'] = (dy, x, y, geometry) =>
  execute<Tensor4D>('MaxPoolGrad', maxPoolAttributes(geometry), [x, y, dy]);

// TensorFlow's mean pools have no explicit padding: pad with zeros, pool without, and correct each window's divisor.
const avgPoolAttributes = (geometry: AvgPoolGeometry): Attribute[] => [
  ...windowAttributes(geometry),
  attribute.string('padding', 'VALID'),
];

function divisorFactor(geometry: AvgPoolGeometry): Tensor4D {
  const [kh, kw] = geometry.size;
  const factors = averagingCounts(geometry).map((count) => (kh * kw) / count);
  return tf.tensor4d(factors, [1, geometry.output[0], geometry.output[1], 1]);
}

export const avgPool: Kernels['avgPool'] = (x, geometry) =>
  tf.tidy(() => {
    const [top, right, bottom, left] = geometry.padding;
    const padded = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    return tf.mul(execute<Tensor4D>('AvgPool', avgPoolAttributes(geometry), [padded]), divisorFactor(geometry));
  });

export const avgPoolGradient: Kernels['avgPoolGradient'] = (dy, geometry) =>
  tf.tidy(() => {
    const [top, right, bottom, left] = geometry.padding;
    const [height, width, channels] = geometry.input;
    const batch = dy.shape[0];
    const sizes = tf.tensor1d([batch, height + top + bottom, width + left + right, channels], 'int32');
    const scaled = tf.mul(dy, divisorFactor(geometry));
    const padded = execute<Tensor4D>('AvgPoolGrad', avgPoolAttributes(geometry), [sizes, scaled]);
    return tf.slice(padded, [0, top, left, 0], [batch, height, width, channels]);
  });
