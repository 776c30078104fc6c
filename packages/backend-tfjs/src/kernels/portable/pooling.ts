import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type AvgPoolGeometry, averagingCounts, type WindowGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { spread } from '../spread.js';
import { tfPadding } from './convolution.js';
import { conv2dInputGradient } from './convolution-gradient.js';
import { padOrCrop, samples } from './sampling.js';

const window = (geometry: WindowGeometry) => ({
  filterSize: [...geometry.size] as [number, number],
  strides: [...geometry.strides] as [number, number],
  pad: tfPadding(geometry),
});

/**
 * tfjs's mean leaves all padding out. What the mean is to be divided by instead, as a factor for each window; nothing
 * where no window differs.
 */
function averagingFactor(geometry: AvgPoolGeometry): Tensor4D | undefined {
  const wanted = averagingCounts(geometry);
  const without = averagingCounts({ ...geometry, countIncludePad: false });
  const factors = without.map((count, i) => count / (wanted[i] ?? count));
  if (factors.every((factor) => factor === 1)) return undefined;
  return tf.tensor4d(factors, [1, geometry.output[0], geometry.output[1], 1]);
}

export const maxPool: Kernels['maxPool'] = (x, geometry) => {
  const { filterSize, strides, pad } = window(geometry);
  return tf.maxPool(x, filterSize, strides, pad);
};

/**
 * The gradient of a window goes to its largest element, to the first of equal ones. Composed of operations that every
 * backend has: the kernel of tfjs-wasm 4.22 adds to memory that nobody cleared, so its results are wrong once the heap has
 * been used.
 */
export const maxPoolGradient: Kernels['maxPoolGradient'] = (dy, x, y, geometry) =>
  tf.tidy(() => {
    const { size, strides, padding, input } = geometry;
    const [kh, kw] = size;
    const [top, right, bottom, left] = padding;
    const [sy, sx] = strides;
    const padded = padOrCrop(x, [top, right + sx - 1, bottom + sy - 1, left], Number.NEGATIVE_INFINITY);
    let open = tf.onesLike(y);
    const parts: Tensor4D[] = [];
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const wins = tf.mul(open, tf.cast(tf.equal(samples(padded, i, j, geometry), y), 'float32')) as Tensor4D;
        open = tf.sub(open, wins);
        const spreadOut = spread(tf.mul(dy, wins), strides);
        const [, height, width] = spreadOut.shape;
        const [above, before] = [i - top, j - left];
        parts.push(padOrCrop(spreadOut, [above, input[1] - width - before, input[0] - height - above, before]));
      }
    }
    return tf.addN(parts);
  });

export const avgPool: Kernels['avgPool'] = (x, geometry) =>
  tf.tidy(() => {
    const { filterSize, strides, pad } = window(geometry);
    const mean = tf.avgPool(x, filterSize, strides, pad);
    const factor = averagingFactor(geometry);
    return factor === undefined ? mean : tf.mul(mean, factor);
  });

/** Every input takes part with 1 / count of each window that covers it: a depthwise convolution with ones, transposed. */
export const avgPoolGradient: Kernels['avgPoolGradient'] = (dy, geometry) =>
  tf.tidy(() => {
    const [kh, kw] = geometry.size;
    const channels = geometry.input[2];
    const counts = tf.tensor4d(averagingCounts(geometry), [1, geometry.output[0], geometry.output[1], 1]);
    const ones = tf.ones([kh, kw, 1, channels]) as Tensor4D;
    const convolution = { ...geometry, groups: channels, depthwise: true, filter: [kh, kw, 1, channels] } as const;
    return conv2dInputGradient(tf.div(dy, counts), ones, convolution);
  });
