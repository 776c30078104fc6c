import type { ExplicitPadding } from '@convzoo/layers';
import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { type AvgPoolGeometry, averagingCounts, type WindowGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { padOrCrop } from '../portable/sampling.js';
import { isSame, paddingAttributes } from './convolution.js';
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

/** How TensorFlow's mean pools, which know `SAME` without the padding in the mean, and `VALID`, compute one of ours. */
interface MeanPlan {
  readonly attributes: readonly Attribute[];
  /** Zeros to be added before. */
  readonly pad: ExplicitPadding | undefined;
  /** What each window's mean is to be multiplied by, where it counted other elements than it should. */
  readonly factors: Float32Array | undefined;
}

function planMean(geometry: AvgPoolGeometry): MeanPlan {
  const withPadding = (padding: string): Attribute[] => [
    ...windowAttributes(geometry),
    attribute.string('padding', padding),
  ];
  if (!geometry.countIncludePad && isSame(geometry)) {
    return { attributes: withPadding('SAME'), pad: undefined, factors: undefined };
  }
  const [kh, kw] = geometry.size;
  const factors = averagingCounts(geometry).map((count) => (kh * kw) / count);
  return {
    attributes: withPadding('VALID'),
    pad: geometry.padding.some((side) => side > 0) ? geometry.padding : undefined,
    factors: factors.some((factor) => factor !== 1) ? factors : undefined,
  };
}

function scaled(x: Tensor4D, { factors }: MeanPlan, { output: [height, width] }: AvgPoolGeometry): Tensor4D {
  return factors === undefined ? x : tf.mul(x, tf.tensor4d(factors, [1, height, width, 1]));
}

export const avgPool: Kernels['avgPool'] = (x, geometry) =>
  tf.tidy(() => {
    const plan = planMean(geometry);
    const padded = plan.pad === undefined ? x : padOrCrop(x, plan.pad);
    return scaled(execute<Tensor4D>('AvgPool', plan.attributes, [padded]), plan, geometry);
  });

export const avgPoolGradient: Kernels['avgPoolGradient'] = (dy, geometry) =>
  tf.tidy(() => {
    const plan = planMean(geometry);
    const [top, right, bottom, left] = plan.pad ?? [0, 0, 0, 0];
    const [height, width, channels] = geometry.input;
    const sizes = tf.tensor1d([dy.shape[0], height + top + bottom, width + left + right, channels], 'int32');
    const padded = execute<Tensor4D>('AvgPoolGrad', plan.attributes, [sizes, scaled(dy, plan, geometry)]);
    return plan.pad === undefined ? padded : padOrCrop(padded, [-top, -right, -bottom, -left]);
  });
