import type { Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConvGeometry } from './geometry.js';
import type { Kernels } from './kernels.js';

/** The geometry of one group of a grouped convolution. */
function groupGeometry(geometry: ConvGeometry): ConvGeometry {
  const { groups, input, output, filter } = geometry;
  return {
    ...geometry,
    groups: 1,
    input: [input[0], input[1], input[2] / groups],
    output: [output[0], output[1], output[2] / groups],
    filter: [filter[0], filter[1], filter[2], filter[3] / groups],
  };
}

type Convolutions = Pick<Kernels, 'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'>;

/**
 * tfjs has no grouped convolution (and TensorFlow's CPU kernels have none with gradients): split the channels, convolve
 * each group, join. Depthwise convolutions have kernels of their own and pass through.
 */
export function withGroups(plain: Convolutions): Convolutions {
  const isGrouped = (geometry: ConvGeometry): boolean => geometry.groups > 1 && !geometry.depthwise;
  const perGroup = (geometry: ConvGeometry, tensors: Tensor4D[], apply: (parts: Tensor4D[]) => Tensor4D): Tensor4D =>
    tf.tidy(() => {
      const parts = tensors.map((tensor) => tf.split<Tensor4D>(tensor, geometry.groups, 3));
      const results = Array.from({ length: geometry.groups }, (_, g) =>
        apply(parts.flatMap((split) => split.slice(g, g + 1))),
      );
      return tf.concat(results, 3);
    });
  const two = (parts: Tensor4D[]): [Tensor4D, Tensor4D] => {
    const [a, b] = parts;
    if (a === undefined || b === undefined) throw new RangeError('a grouped convolution needs two tensors a group');
    return [a, b];
  };
  return {
    conv2d(x, filter, geometry, epilogue) {
      if (!isGrouped(geometry)) return plain.conv2d(x, filter, geometry, epilogue);
      const group = groupGeometry(geometry);
      const biases = epilogue.bias === undefined ? [] : tf.split<tf.Tensor1D>(epilogue.bias, geometry.groups);
      let g = 0;
      const y = perGroup(geometry, [x, filter], (parts) => {
        const [xg, fg] = two(parts);
        return plain.conv2d(xg, fg, group, { bias: biases[g++], activation: epilogue.activation });
      });
      tf.dispose(biases);
      return y;
    },
    conv2dInputGradient(dy, filter, geometry) {
      if (!isGrouped(geometry)) return plain.conv2dInputGradient(dy, filter, geometry);
      const group = groupGeometry(geometry);
      return perGroup(geometry, [dy, filter], (parts) => plain.conv2dInputGradient(...two(parts), group));
    },
    conv2dFilterGradient(x, dy, geometry) {
      if (!isGrouped(geometry)) return plain.conv2dFilterGradient(x, dy, geometry);
      const group = groupGeometry(geometry);
      return perGroup(geometry, [x, dy], (parts) => plain.conv2dFilterGradient(...two(parts), group));
    },
  };
}
