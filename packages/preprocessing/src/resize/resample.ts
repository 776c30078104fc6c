import type { Image } from '../image.js';
import { type Coefficients, PRECISION_BITS } from './coefficients.js';

/** One half in the weights' fixed point: adding it makes the final shift round to nearest. */
const HALF = 1 << (PRECISION_BITS - 1);

/**
 * The horizontal pass over rows `firstRow` to `firstRow + rows - 1`: a picture of `first.length` columns and `rows`
 * rows, rounded to 8 bits.
 */
export function resampleColumns(image: Image, coefficients: Coefficients, firstRow: number, rows: number): Image {
  const { first, count, weights, taps } = coefficients;
  const width = first.length;
  const source = image.data;
  // A clamped array saturates, as Pillow's clip8 does.
  const out = new Uint8ClampedArray(rows * width * 3);
  let to = 0;
  for (let y = 0; y < rows; y++) {
    const rowStart = (firstRow + y) * image.width * 3;
    for (let x = 0; x < width; x++, to += 3) {
      let from = rowStart + (first[x] as number) * 3;
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      const start = x * taps;
      const end = start + (count[x] as number);
      for (let k = start; k < end; k++, from += 3) {
        const weight = weights[k] as number;
        red = (red + Math.imul(source[from] as number, weight)) | 0;
        green = (green + Math.imul(source[from + 1] as number, weight)) | 0;
        blue = (blue + Math.imul(source[from + 2] as number, weight)) | 0;
      }
      out[to] = red >> PRECISION_BITS;
      out[to + 1] = green >> PRECISION_BITS;
      out[to + 2] = blue >> PRECISION_BITS;
    }
  }
  return { width, height: rows, channels: 3, data: new Uint8Array(out.buffer) };
}

/**
 * The vertical pass. `image` holds the source's rows from `firstRow` on. The sums of a whole row are kept, so that the
 * source is read along its rows.
 */
export function resampleRows(image: Image, coefficients: Coefficients, firstRow: number): Image {
  const { first, count, weights, taps } = coefficients;
  const height = first.length;
  const stride = image.width * 3;
  const source = image.data;
  const out = new Uint8ClampedArray(height * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(HALF);
    let from = ((first[y] as number) - firstRow) * stride;
    const start = y * taps;
    const end = start + (count[y] as number);
    for (let k = start; k < end; k++, from += stride) {
      const weight = weights[k] as number;
      for (let i = 0; i < stride; i++) {
        sums[i] = (sums[i] as number) + Math.imul(source[from + i] as number, weight);
      }
    }
    const to = y * stride;
    for (let i = 0; i < stride; i++) out[to + i] = (sums[i] as number) >> PRECISION_BITS;
  }
  return { width: image.width, height, channels: 3, data: new Uint8Array(out.buffer) };
}
