import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConvGeometry } from '../geometry.js';
import type { Kernels } from '../kernels.js';
import { isDilated, isStrided, withoutDilation } from '../spread.js';
import { withActivation } from './epilogue.js';

type ExplicitPad = [[0, 0], [number, number], [number, number], [0, 0]];

export function tfPadding({
  padding: [top, right, bottom, left],
}: Pick<ConvGeometry, 'padding'>): ExplicitPad | 'valid' {
  if (top + right + bottom + left === 0) return 'valid';
  return [
    [0, 0],
    [top, bottom],
    [left, right],
    [0, 0],
  ];
}

/** Our depthwise filter `[kh, kw, 1, channels * multiplier]` is TensorFlow's `[kh, kw, channels, multiplier]` in memory. */
export function depthwiseFilter(filter: Tensor4D, { filter: [kh, kw, , out], groups }: ConvGeometry): Tensor4D {
  return tf.reshape(filter, [kh, kw, groups, out / groups]);
}

export const conv2d: Kernels['conv2d'] = (x, filter, geometry, epilogue) => {
  // tfjs refuses stride and dilation together, which TensorFlow and torch allow.
  if (isDilated(geometry) && isStrided(geometry)) {
    return tf.tidy(() => conv2d(x, ...withoutDilation(filter, geometry), epilogue));
  }
  const { bias, activation } = epilogue;
  const shared = {
    x,
    strides: [...geometry.strides] as [number, number],
    pad: tfPadding(geometry),
    dilations: [...geometry.dilations] as [number, number],
    ...(bias !== undefined && { bias }),
  };
  if (!geometry.depthwise) {
    return withActivation(activation, (fused) => tf.fused.conv2d({ ...shared, filter, activation: fused }));
  }
  // The type leaves explicit padding out; the kernels of every backend have it (pitfalls.md, tfjs 4).
  const options = { ...shared, pad: shared.pad as 'valid' };
  return tf.tidy(() =>
    withActivation(activation, (fused) =>
      tf.fused.depthwiseConv2d({ ...options, filter: depthwiseFilter(filter, geometry), activation: fused }),
    ),
  );
};
