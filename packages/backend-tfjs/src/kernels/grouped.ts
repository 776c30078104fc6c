import type { FusedActivation } from '@convzoo/layers';
import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import type { ConvGeometry } from './geometry.js';
import type { Kernels } from './kernels.js';

/** Some neighbouring groups of a grouped convolution, as one plain convolution. */
export interface GroupPart {
  readonly filter: Tensor4D;
  readonly bias: Tensor1D | undefined;
}

/** The geometry of `count` groups together. */
function partGeometry(geometry: ConvGeometry, count: number): ConvGeometry {
  const { groups, input, output, filter } = geometry;
  const share = count / groups;
  return {
    ...geometry,
    groups: 1,
    input: [input[0], input[1], input[2] * share],
    output: [output[0], output[1], output[2] * share],
    filter: [filter[0], filter[1], filter[2] * count, filter[3] * share],
  };
}

export const isGrouped = ({ groups, depthwise }: ConvGeometry): boolean => groups > 1 && !depthwise;

/** A plain convolution of fewer input channels spends more time on its start than on its work. */
const WORTH_A_CALL = 32;

/**
 * How many groups to compute together. ResNeXt-50 has 32 groups of 4 channels: eight at a time multiply mostly by zeros and
 * are still 1.4 times as fast on TensorFlow as one at a time, and no slower on wasm.
 */
export function groupsTogether({ groups, filter: [, , inputs] }: ConvGeometry): number {
  let count = 1;
  while (groups % (count * 2) === 0 && count * inputs < WORTH_A_CALL) count *= 2;
  return count;
}

/**
 * A grouped convolution cut into plain ones of `count` groups each. Groups that share one have zeros where they do not
 * belong together.
 */
export function splitGroups(
  filter: Tensor4D,
  bias: Tensor1D | undefined,
  { groups }: ConvGeometry,
  count: number,
): GroupPart[] {
  const inputs = filter.shape[2];
  const filters = tf.tidy(() => {
    const alone = tf.split<Tensor4D>(filter, groups, 3);
    return Array.from({ length: groups / count }, (_, part) => {
      const members = alone.slice(part * count, (part + 1) * count);
      const placed = members.map((member, i) =>
        tf.pad(member, [
          [0, 0],
          [0, 0],
          [i * inputs, (count - 1 - i) * inputs],
          [0, 0],
        ]),
      );
      return tf.concat(placed, 3);
    });
  });
  const biases = bias === undefined ? [] : tf.split<Tensor1D>(bias, groups / count);
  return filters.map((part, i) => ({ filter: part, bias: biases[i] }));
}

/** Splits the channels, convolves each part, joins. */
export function convolveParts(
  x: Tensor4D,
  parts: readonly GroupPart[],
  geometry: ConvGeometry,
  activation: FusedActivation,
  conv2d: Kernels['conv2d'],
): Tensor4D {
  const part = partGeometry(geometry, geometry.groups / parts.length);
  return tf.tidy(() => {
    const inputs = tf.split<Tensor4D>(x, parts.length, 3);
    const results = parts.flatMap(({ filter, bias }, i) =>
      inputs.slice(i, i + 1).map((input) => conv2d(input, filter, part, { bias, activation })),
    );
    return tf.concat(results, 3);
  });
}

type Convolutions = Pick<Kernels, 'conv2d' | 'conv2dInputGradient' | 'conv2dFilterGradient'>;

/**
 * tfjs has no grouped convolution (and TensorFlow's CPU kernels have none with gradients): split the channels, convolve
 * each group, join. Depthwise convolutions have kernels of their own and pass through.
 */
export function withGroups(plain: Convolutions): Convolutions {
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
      return tf.tidy(() => {
        const parts = splitGroups(filter, epilogue.bias, geometry, 1);
        return convolveParts(x, parts, geometry, epilogue.activation, plain.conv2d);
      });
    },
    conv2dInputGradient(dy, filter, geometry) {
      if (!isGrouped(geometry)) return plain.conv2dInputGradient(dy, filter, geometry);
      const group = partGeometry(geometry, 1);
      return perGroup(geometry, [dy, filter], (parts) => plain.conv2dInputGradient(...two(parts), group));
    },
    conv2dFilterGradient(x, dy, geometry) {
      if (!isGrouped(geometry)) return plain.conv2dFilterGradient(x, dy, geometry);
      const group = partGeometry(geometry, 1);
      return perGroup(geometry, [x, dy], (parts) => plain.conv2dFilterGradient(...two(parts), group));
    },
  };
}
