import { createFloatImage, type FloatImage } from '../float-image.js';

/** One axis of a resize of floats: for each output position `taps` source positions and their weights. */
export interface FloatAxis {
  readonly size: number;
  readonly taps: number;
  readonly positions: Int32Array;
  readonly weights: Float32Array;
}

/** Rows of float32 `weights` times `taps` positions from `first` on, as `Float32Array`s of one length. */
export function floatAxis(size: number, taps: number): FloatAxis {
  return { size, taps, positions: new Int32Array(size * taps), weights: new Float32Array(size * taps) };
}

/** The horizontal pass; every product and sum is rounded to float32, in the order of the taps. */
export function narrowFloats(image: FloatImage, axis: FloatAxis): FloatImage {
  const { size, taps, positions, weights } = axis;
  const { height, width, data } = image;
  const out = createFloatImage(height, size);
  let to = 0;
  for (let y = 0; y < height; y++) {
    const row = y * width * 3;
    for (let x = 0; x < size; x++, to += 3) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let k = x * taps; k < (x + 1) * taps; k++) {
        const from = row + (positions[k] as number) * 3;
        const weight = weights[k] as number;
        red = Math.fround(red + Math.fround((data[from] as number) * weight));
        green = Math.fround(green + Math.fround((data[from + 1] as number) * weight));
        blue = Math.fround(blue + Math.fround((data[from + 2] as number) * weight));
      }
      out.data[to] = red;
      out.data[to + 1] = green;
      out.data[to + 2] = blue;
    }
  }
  return out;
}

/** The vertical pass, likewise. */
export function shortenFloats(image: FloatImage, axis: FloatAxis): FloatImage {
  const { size, taps, positions, weights } = axis;
  const { width, data } = image;
  const stride = width * 3;
  const out = createFloatImage(size, width);
  for (let y = 0; y < size; y++) {
    const to = y * stride;
    const sums = out.data.subarray(to, to + stride);
    for (let k = y * taps; k < (y + 1) * taps; k++) {
      const weight = weights[k] as number;
      if (weight === 0) continue;
      const from = (positions[k] as number) * stride;
      for (let i = 0; i < stride; i++) {
        sums[i] = (sums[i] as number) + Math.fround((data[from + i] as number) * weight);
      }
    }
  }
  return out;
}

/** The picture made of these columns and rows of the source. */
export function gatherFloats({ width, data }: FloatImage, columns: Int32Array, rows: Int32Array): FloatImage {
  const out = createFloatImage(rows.length, columns.length);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) {
      const from = (row * width + column) * 3;
      out.data[to++] = data[from] as number;
      out.data[to++] = data[from + 1] as number;
      out.data[to++] = data[from + 2] as number;
    }
  }
  return out;
}
