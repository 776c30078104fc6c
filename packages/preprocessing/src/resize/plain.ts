import { crop } from '../crop.js';
import type { Image } from '../image.js';
import { type Axis, type Coefficients, isUnchanged } from './coefficients.js';
import { borrow } from './scratch.js';

/**
 * The two passes in plain TypeScript, as in Pillow: the horizontal one first, over the source rows that the vertical
 * one will read, rounded to 8 bits between them. `simd.ts` does the same with SIMD instructions.
 */
export function resamplePlain(image: Image, columns: Axis, rows: Axis): Image {
  const width = isUnchanged(columns) ? columns.size : columns.first.length;
  const { top, height } = sourceRows(rows, 0, isUnchanged(rows) ? rows.size : rows.first.length);
  if (isUnchanged(columns)) {
    const cut = crop(image, { left: columns.start, top, width, height });
    return isUnchanged(rows) ? cut : resampleRows(cut.data, width * 3, rows, top);
  }
  if (isUnchanged(rows)) {
    const data = new Uint8ClampedArray(height * width * 3);
    resampleColumns(image, columns, top, height, data);
    return { width, height, channels: 3, data: new Uint8Array(data.buffer) };
  }
  const between = borrow(height * width * 3);
  resampleColumns(image, columns, top, height, between);
  return resampleRows(between, width * 3, rows, top);
}

/** The source rows that the rows `from` to `to - 1` of the result read. */
export function sourceRows(rows: Axis, from: number, to: number): { readonly top: number; readonly height: number } {
  if (isUnchanged(rows)) return { top: rows.start + from, height: to - from };
  const { first, count } = rows;
  const top = first[from] as number;
  return { top, height: (first[to - 1] as number) + (count[to - 1] as number) - top };
}

/** A clamped array saturates, as Pillow's clip8 does. */
function resampleColumns(
  image: Image,
  columns: Coefficients,
  top: number,
  height: number,
  out: Uint8ClampedArray,
): void {
  const { first, count, weights, taps, precision } = columns;
  // Adding one half makes the final shift round to nearest.
  const half = 1 << (precision - 1);
  const source = image.data;
  const width = first.length;
  let to = 0;
  for (let y = 0; y < height; y++) {
    const rowStart = (top + y) * image.width * 3;
    for (let x = 0; x < width; x++, to += 3) {
      let from = rowStart + (first[x] as number) * 3;
      let red = half;
      let green = half;
      let blue = half;
      const start = x * taps;
      const end = start + (count[x] as number);
      for (let k = start; k < end; k++, from += 3) {
        const weight = weights[k] as number;
        red = (red + Math.imul(source[from] as number, weight)) | 0;
        green = (green + Math.imul(source[from + 1] as number, weight)) | 0;
        blue = (blue + Math.imul(source[from + 2] as number, weight)) | 0;
      }
      out[to] = red >> precision;
      out[to + 1] = green >> precision;
      out[to + 2] = blue >> precision;
    }
  }
}

/** `source` holds rows from `top` on. The sums of a whole row are kept, so that the source is read along its rows. */
function resampleRows(source: Uint8Array | Uint8ClampedArray, stride: number, rows: Coefficients, top: number): Image {
  const { first, count, weights, taps, precision } = rows;
  const half = 1 << (precision - 1);
  const height = first.length;
  const out = new Uint8ClampedArray(height * stride);
  const sums = new Int32Array(stride);
  for (let y = 0; y < height; y++) {
    sums.fill(half);
    let from = ((first[y] as number) - top) * stride;
    const start = y * taps;
    const end = start + (count[y] as number);
    for (let k = start; k < end; k++, from += stride) {
      const weight = weights[k] as number;
      for (let i = 0; i < stride; i++) {
        sums[i] = (sums[i] as number) + Math.imul(source[from + i] as number, weight);
      }
    }
    const to = y * stride;
    for (let i = 0; i < stride; i++) out[to + i] = (sums[i] as number) >> precision;
  }
  return { width: stride / 3, height, channels: 3, data: new Uint8Array(out.buffer) };
}
