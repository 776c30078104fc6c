import type { Rectangle } from '../crop.js';
import type { Image, Size } from '../image.js';
import type { Box } from './resize.js';

/**
 * Nearest neighbour as Pillow does it: an affine transform (`ImagingScaleAffine` in Geometry.c) whose position is
 * added up pixel by pixel, which decides ties in the last bit.
 */
export function resizeNearest(image: Image, size: Size, box: Box, only: Rectangle): Image {
  const columns = sourcePositions(box.left, box.right, size.width).subarray(only.left, only.left + only.width);
  const rows = sourcePositions(box.top, box.bottom, size.height).subarray(only.top, only.top + only.height);
  return gather(image, columns, rows);
}

/** The picture made of these columns and rows of the source. */
export function gather(image: Image, columns: Int32Array, rows: Int32Array): Image {
  const width = columns.length;
  const height = rows.length;
  const { data: source } = image;
  const data = new Uint8Array(height * width * 3);
  let to = 0;
  for (const row of rows) {
    const rowStart = row * image.width * 3;
    for (let x = 0; x < width; x++, to += 3) {
      const from = rowStart + (columns[x] as number) * 3;
      data[to] = source[from] as number;
      data[to + 1] = source[from + 1] as number;
      data[to + 2] = source[from + 2] as number;
    }
  }
  return { width, height, channels: 3, data };
}

function sourcePositions(start: number, end: number, size: number): Int32Array {
  const step = Math.fround(end - start) / size;
  const positions = new Int32Array(size);
  let position = start + step * 0.5;
  for (let i = 0; i < size; i++, position += step) positions[i] = Math.trunc(position);
  return positions;
}
