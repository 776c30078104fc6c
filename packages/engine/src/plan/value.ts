import { isMapShape, type Shape } from '@convzoo/layers';

/** Channels are stored in multiples of 8, so that every kernel works on whole vectors and writes whole panels. */
export const LANES = 8;
export const padded = (channels: number): number => Math.ceil(channels / LANES) * LANES;

/** How the values of one example lie in memory: pixel after pixel, a vector being one pixel. */
export interface Layout {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Bytes from one pixel to the next. */
  readonly pixel: number;
}

/** Where a result of a plan lies. */
export interface Placed extends Layout {
  readonly address: number;
  /** Pixels of all examples. */
  readonly pixels: number;
}

export function layoutOf(shape: Shape): Layout {
  const [height, width, channels] = isMapShape(shape)
    ? shape
    : ([1, 1, shape.reduce((n, extent) => n * extent, 1)] as const);
  return { height, width, channels, pixel: 4 * padded(channels) };
}

export const bytesOf = ({ height, width, pixel }: Layout, batch: number): number => batch * height * width * pixel;
