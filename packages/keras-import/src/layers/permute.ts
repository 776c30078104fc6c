import { type Shape, sameShape } from '@convzoo/layers';
import type { Converter, Layer } from '../layer.js';
import { type KerasTensor, tensor } from '../tensor.js';

/** Classes that may stand between two Permutes which move channels to the front and back: padding and cutting them. */
export const worksOnChannels = (className: string): boolean =>
  ['Permute', 'ZeroPadding2D', 'Cropping2D'].includes(className);

/** Keras counts axes from 1, without the batch. */
function axesOf(layer: Layer, rank: number): readonly number[] {
  const given = layer.settings.raw('dims');
  const axes = Array.isArray(given) ? (given as readonly unknown[]).map((axis) => Number(axis) - 1) : [];
  const sorted = [...axes].sort((a, b) => a - b);
  if (axes.length !== rank || !sorted.every((axis, i) => axis === i)) {
    return layer.unsupported(`dims is ${JSON.stringify(given)} for ${rank} axes`);
  }
  return axes;
}

/** Numbers stay where they are if only axes of one element change their places. */
const movesNothing = (axes: readonly number[], shape: Shape): boolean => {
  const long = axes.filter((axis) => shape[axis] !== 1);
  return long.every((axis, i) => i === 0 || axis > (long[i - 1] ?? 0));
};

/**
 * Three uses of Permute have a counterpart: ShuffleNet's channel shuffle (channels reshaped to groups, swapped, and
 * reshaped back), channels brought to the front and back again around a ZeroPadding2D or Cropping2D, which then works on
 * them, and moves of axes of one element.
 */
export const permute: Converter = (layer) => {
  const { input } = layer;
  const { shape } = input;
  const axes = axesOf(layer, shape.length);
  const permuted = axes.map((axis) => shape[axis] ?? 1);
  if (input.channelsFirst === true) {
    return axes.join() === '1,2,0'
      ? tensor(input.value, permuted)
      : layer.unsupported('channels are at the front of it');
  }
  if (movesNothing(axes, shape)) return { ...input, shape: permuted };
  if (axes.join() === '2,0,1' && sameShape(input.value.shape, shape)) {
    return { value: input.value, shape: permuted, channelsFirst: true };
  }
  if (axes.join() === '0,1,3,2') return shuffled(layer, input, permuted);
  return layer.unsupported(
    `dims ${axes.map((axis) => axis + 1)} of ${shape.join('x')}; channels to the front and back, and the shuffle of channels have a counterpart`,
  );
};

/** `[h, w, groups, n]` to `[h, w, n, groups]`: channel g * n + i goes to i * groups + g. */
function shuffled(layer: Layer, { value, shape }: KerasTensor, permuted: Shape): KerasTensor {
  const [height = 1, width = 1, groups = 1, each = 1] = shape;
  if (!sameShape(value.shape, [height, width, groups * each])) {
    return layer.unsupported(`${shape.join('x')} was reshaped from ${value.shape.join('x')}, which are no channels`);
  }
  return tensor(layer.node('channelShuffle', { groups }, [value]), permuted);
}
