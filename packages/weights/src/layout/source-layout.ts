import { type Shape, sameShape } from '@convzoo/layers';

/** Frameworks whose layouts are known. */
export type Framework = 'torch' | 'keras';

/** How one parameter lies in a framework's file. */
export interface SourceLayout {
  /** The shape that the framework gives it. */
  readonly shape: Shape;
  /** Other shapes in which the same numbers are found in the same order, e.g. a dense layer saved as a convolution. */
  readonly alternatives: readonly Shape[];
  /** To this project's layout, of floats or of the bits of halves. Returns the array itself where the order is the same. */
  decode<T extends Float32Array | Uint16Array>(data: T): T;
  /** From this project's layout, the inverse. */
  encode(data: Float32Array): Float32Array;
}

export interface LayoutOptions {
  /** The framework's network has a convolution where this one has a dense layer (heads of timm and Keras). */
  readonly asConvolution?: boolean;
  /** A layer scale is `[channels]` and not `[channels, 1, 1]` in the framework's network. */
  readonly flatLayerScale?: boolean | undefined;
  /** A depthwise convolution is a grouped one in Keras, `[kh, kw, 1, in * m]`. */
  readonly groupedDepthwise?: boolean | undefined;
}

/** A layout in which nothing moves. */
export function sameLayout(shape: Shape, alternatives: readonly Shape[] = []): SourceLayout {
  return { shape, alternatives, decode: (data) => data, encode: (data) => data };
}

/** Whether a tensor of that shape holds the parameter. */
export const fitsLayout = ({ shape, alternatives }: SourceLayout, found: Shape): boolean =>
  [shape, ...alternatives].some((accepted) => sameShape(accepted, found));
