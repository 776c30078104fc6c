import type { Tensor, Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { Kernels } from '../kernels.js';
import { type Attribute, attribute, executeMany } from './execute.js';

const normAttributes = (eps: number, training: boolean): Attribute[] => [
  attribute.type('T'),
  attribute.type('U'),
  attribute.float('epsilon', eps),
  attribute.string('data_format', 'NHWC'),
  attribute.bool('is_training', training),
];

/** TensorFlow's fused batch norm takes maps; a vector is a map of one pixel. */
const asMap = (x: Tensor): Tensor4D =>
  tf.reshape(
    x,
    x.rank === 4 ? (x.shape as [number, number, number, number]) : [x.shape[0] ?? 1, 1, 1, x.shape[1] ?? 1],
  );

export const batchNormTraining: Kernels['batchNormTraining'] = (x, { scale, shift, mean, variance }, eps, momentum) => {
  // With a factor below 1 TensorFlow returns the blended running statistics, with the unbiased variance as torch does;
  // at 1 it wants empty ones and returns the batch's own.
  const whole = momentum === 1;
  const attributes = [...normAttributes(eps, true), attribute.float('exponential_avg_factor', momentum)];
  const running = whole ? [tf.tensor1d([]), tf.tensor1d([])] : [mean, variance];
  const map = asMap(x);
  const [y, newMean, newVariance, ...reserve] = executeMany(
    'FusedBatchNormV3',
    attributes,
    [map, scale, shift, ...running],
    6,
  );
  if (whole) tf.dispose(running);
  map.dispose();
  if (y === undefined || newMean === undefined || newVariance === undefined)
    throw new RangeError('FusedBatchNormV3 has six results');
  const shaped = tf.reshape(y, x.shape);
  y.dispose();
  return { y: shaped, saved: reserve, mean: newMean as Tensor1D, variance: newVariance as Tensor1D };
};

export const batchNormGradient: Kernels['batchNormGradient'] = (dy, x, scale, saved, eps) => {
  const [dyMap, xMap] = [asMap(dy), asMap(x)];
  const results = executeMany('FusedBatchNormGradV3', normAttributes(eps, true), [dyMap, xMap, scale, ...saved], 5);
  tf.dispose([dyMap, xMap]);
  const [dx, dscale, dshift, ...unused] = results;
  tf.dispose(unused);
  if (dx === undefined || dscale === undefined || dshift === undefined)
    throw new RangeError('FusedBatchNormGradV3 has five results');
  const shaped = tf.reshape(dx, x.shape);
  dx.dispose();
  return { x: shaped, scale: dscale as Tensor1D, shift: dshift as Tensor1D };
};
