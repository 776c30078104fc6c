import { invalidArgument } from './errors.js';
import { checkSize, type Image } from './image.js';

/** A picture in float32, RGB, interleaved, row by row: what frameworks call an HWC tensor. */
export interface FloatImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
  readonly data: Float32Array;
}

/** Wraps float32 values; throws `invalid-argument` where their number is not height * width * 3. */
export function createFloatImage(height: number, width: number, data?: Float32Array): FloatImage {
  checkSize('float image', { height, width });
  const length = height * width * 3;
  const values = data ?? new Float32Array(length);
  if (values.length !== length) {
    throw invalidArgument(`a ${width}x${height} RGB picture needs ${length} values, got ${values.length}`);
  }
  return { width, height, channels: 3, data: values };
}

/** The bytes as float32, divided by `divisor`: 1 leaves 0..255 (TensorFlow), 255 gives 0..1 (torchvision's `ToTensor`). */
export function toFloatImage({ height, width, data }: Image, divisor = 1): FloatImage {
  const values = new Float32Array(data.length);
  for (let i = 0; i < values.length; i++) values[i] = (data[i] as number) / divisor;
  return createFloatImage(height, width, values);
}
