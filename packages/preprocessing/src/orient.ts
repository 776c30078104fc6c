import type { Orientation } from './decode/exif.js';
import type { Image } from './image.js';

/**
 * The picture turned upright: what Pillow's `ImageOps.exif_transpose` does for this EXIF orientation.
 * 2 mirrors left to right, 3 turns by 180 degrees, 4 mirrors top to bottom, 5 transposes, 6 turns clockwise by 90,
 * 7 transposes along the other diagonal, 8 turns counter-clockwise by 90. Orientation 1 returns the same object.
 */
export function orient(image: Image, orientation: Orientation): Image {
  if (orientation === 1) return image;
  const { width, height, data } = image;
  const right = 3;
  const down = width * 3;
  const lastColumn = (width - 1) * right;
  const lastRow = (height - 1) * down;
  // Where the first output pixel lies, and the steps in the source for one output column and one output row.
  const [start, stepX, stepY] = {
    2: [lastColumn, -right, down],
    3: [lastColumn + lastRow, -right, -down],
    4: [lastRow, right, -down],
    5: [0, down, right],
    6: [lastRow, -down, right],
    7: [lastColumn + lastRow, -down, -right],
    8: [lastColumn, down, -right],
  }[orientation] as [number, number, number];
  const swapped = orientation >= 5;
  const outWidth = swapped ? height : width;
  const outHeight = swapped ? width : height;
  const out = new Uint8Array(data.length);
  let to = 0;
  for (let y = 0; y < outHeight; y++) {
    let from = start + y * stepY;
    for (let x = 0; x < outWidth; x++, from += stepX, to += 3) {
      out[to] = data[from] as number;
      out[to + 1] = data[from + 1] as number;
      out[to + 2] = data[from + 2] as number;
    }
  }
  return { width: outWidth, height: outHeight, channels: 3, data: out };
}
