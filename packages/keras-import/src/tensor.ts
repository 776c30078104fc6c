import { type Shape, sameShape, type Value } from '@convzoo/layers';

/**
 * What a Keras layer returns. Channels are last here and there, so a Reshape or Flatten of Keras moves no number: only
 * `shape`, Keras's view, changes, and `value` is what computes the numbers. They differ where Keras has a map of 1x1 and
 * this project a vector (squeeze and excitation).
 */
export interface KerasTensor {
  readonly value: Value;
  /** Without the batch axis. */
  readonly shape: Shape;
  /** These are the logits of a softmax that was left out, since networks of this project end in logits. */
  readonly logits?: boolean;
  /** Keras moved channels to the front: `shape` is `[channels, height, width]`, and `value` as it was. */
  readonly channelsFirst?: boolean;
}

export const tensor = (value: Value, shape: Shape = value.shape): KerasTensor => ({ value, shape });

/** `[1, 1, c]` and `[c]` hold the same numbers, channel by channel. */
export const isPixel = (shape: Shape): boolean => shape.slice(0, -1).every((extent) => extent === 1);

/** Whether channels lie in the value as Keras sees them, so that a layer that works channel by channel may use it. */
export const sameChannels = ({ value, shape }: KerasTensor): boolean =>
  sameShape(value.shape, shape) || (isPixel(shape) && isPixel(value.shape) && shape.at(-1) === value.shape.at(-1));
