import type { Padding, Pair } from '@convzoo/layers';

/** Zeros before the first element along one axis, from the definition of `same` (output = ceil(input / stride)). */
export function padBefore(
  padding: Padding,
  axis: 0 | 1,
  extent: number,
  size: number,
  stride: number,
  dilation = 1,
): number {
  if (padding !== 'same') return axis === 0 ? padding[0] : padding[3];
  const outputs = Math.ceil(extent / stride);
  const total = (outputs - 1) * stride + (size - 1) * dilation + 1 - extent;
  return total > 0 ? Math.floor(total / 2) : 0;
}

export function padAfter(
  padding: Padding,
  axis: 0 | 1,
  extent: number,
  size: number,
  stride: number,
  dilation = 1,
): number {
  if (padding !== 'same') return axis === 0 ? padding[2] : padding[1];
  const outputs = Math.ceil(extent / stride);
  const total = (outputs - 1) * stride + (size - 1) * dilation + 1 - extent;
  return total > 0 ? Math.ceil(total / 2) : 0;
}

export interface Slide {
  readonly size: Pair;
  readonly strides: Pair;
  readonly padding: Padding;
  readonly dilations?: Pair;
}

/** Calls `visit` for every pair of an output pixel and an input pixel that lies under its window, row by row. */
export function slide(
  input: readonly [height: number, width: number],
  output: readonly [height: number, width: number],
  { size, strides, padding, dilations = [1, 1] }: Slide,
  visit: (oy: number, ox: number, iy: number, ix: number, ky: number, kx: number) => void,
): void {
  const top = padBefore(padding, 0, input[0], size[0], strides[0], dilations[0]);
  const left = padBefore(padding, 1, input[1], size[1], strides[1], dilations[1]);
  for (let oy = 0; oy < output[0]; oy++) {
    for (let ox = 0; ox < output[1]; ox++) {
      for (let ky = 0; ky < size[0]; ky++) {
        const iy = oy * strides[0] - top + ky * dilations[0];
        if (iy < 0 || iy >= input[0]) continue;
        for (let kx = 0; kx < size[1]; kx++) {
          const ix = ox * strides[1] - left + kx * dilations[1];
          if (ix >= 0 && ix < input[1]) visit(oy, ox, iy, ix, ky, kx);
        }
      }
    }
  }
}
