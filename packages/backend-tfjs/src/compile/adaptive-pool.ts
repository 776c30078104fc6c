import type { MapShape, Pair } from '@convzoo/layers';
import type { Tensor, Tensor2D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';

/** Row i of `bins` rows holds 1 / length over floor(i * extent / bins) .. ceil((i + 1) * extent / bins). */
function averagingMatrix(extent: number, bins: number): Float32Array {
  const matrix = new Float32Array(bins * extent);
  for (let i = 0; i < bins; i++) {
    const start = Math.floor((i * extent) / bins);
    const end = Math.ceil(((i + 1) * extent) / bins);
    matrix.fill(1 / (end - start), i * extent + start, i * extent + end);
  }
  return matrix;
}

/** Along one axis of a map: bins may overlap and repeat, so the mean is a product with a matrix. */
function alongRows(x: Tensor4D, matrix: Tensor2D): Tensor4D {
  const [batch, height, width, channels] = x.shape;
  const bins = matrix.shape[0];
  const flat = tf.reshape(x, [batch, height, width * channels]);
  const product = tf.matMul(tf.expandDims(matrix, 0), flat);
  return tf.reshape(product, [batch, bins, width, channels]) as Tensor4D;
}

const swap = (x: Tensor4D): Tensor4D => tf.transpose(x, [0, 2, 1, 3]);

export interface AveragingMatrices {
  readonly rows: Tensor2D;
  readonly columns: Tensor2D;
}

export const averagingMatrices = ([height, width]: MapShape, [rows, columns]: Pair): AveragingMatrices => ({
  rows: tf.tensor2d(averagingMatrix(height, rows), [rows, height]),
  columns: tf.tensor2d(averagingMatrix(width, columns), [columns, width]),
});

export function adaptiveAvgPool(x: Tensor4D, { rows, columns }: AveragingMatrices): Tensor4D {
  return tf.tidy(() => swap(alongRows(swap(alongRows(x, rows)), columns)));
}

/** The transposed products. */
export function adaptiveAvgPoolGradient(dy: Tensor4D, { rows, columns }: AveragingMatrices): Tensor {
  return tf.tidy(() => alongRows(swap(alongRows(swap(dy), tf.transpose(columns))), tf.transpose(rows)));
}
