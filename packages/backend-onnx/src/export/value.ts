import type { MapShape, Shape } from '@convzoo/layers';

/**
 * How a result lies in memory. Maps have channels first, as ONNX's convolutions want them, or last, as its layer norm and
 * products do; a conversion stands only where two neighbours differ. A vector that a map was flattened to may keep the
 * order of channels first, where the dense layer that reads it has its rows in that order.
 */
export type Form = 'channels-first' | 'channels-last' | 'vector' | 'flattened-channels-first';

/** A result in the ONNX graph. */
export interface Value {
  readonly name: string;
  /** Of one example, always in this project's order: `[h, w, c]` or `[features]`. */
  readonly shape: Shape;
  readonly form: Form;
  /** The map that a vector with channels first was flattened from. */
  readonly from?: MapShape;
}

/** Position of the channel axis, the batch axis counted. */
export const channelAxis = ({ form }: Value): number => (form === 'channels-last' ? 3 : 1);

/** Its extents in ONNX, `batch` for the first. */
export function dimsOf(shape: Shape, form: Form, batch: number | string): readonly (number | string)[] {
  const [height = 0, width = 0, channels = 0] = shape;
  return form === 'channels-first' ? [batch, channels, height, width] : [batch, ...shape];
}
