import { checkCountable } from './memory.js';
import type { Window } from './method.js';
import type { Placed } from './value.js';

/**
 * Addresses of the input pixels of each output pixel and tap, in the order in which the tiles of `tableProduct` read them:
 * tile by tile, tap by tap, row by row. What lies outside the map is read from `zeros`.
 */
export function tableOfRows(
  x: Placed,
  output: Placed,
  window: Window,
  batch: number,
  zeros: number,
  tileRows: number,
): Int32Array {
  const { kernelY, kernelX, strideY, strideX, dilationY, dilationX, top, left } = window;
  const pixels = output.height * output.width;
  const rows = batch * pixels;
  const taps = kernelY * kernelX;
  checkCountable(4 * rows * taps, `A table of ${rows} pixels and ${taps} taps`);
  const table = new Int32Array(rows * taps);
  const tiles = Math.ceil(rows / tileRows);
  const height = Math.floor(rows / tiles);
  const tall = rows - tiles * height;
  let at = 0;
  let row = 0;
  for (let tile = 0; tile < tiles; tile++) {
    const count = height + (tile < tall ? 1 : 0);
    for (let ky = 0; ky < kernelY; ky++) {
      for (let kx = 0; kx < kernelX; kx++) {
        for (let i = row; i < row + count; i++) {
          const [image, pixel] = [Math.floor(i / pixels), i % pixels];
          const iy = Math.floor(pixel / output.width) * strideY + ky * dilationY - top;
          const ix = (pixel % output.width) * strideX + kx * dilationX - left;
          const inside = iy >= 0 && ix >= 0 && iy < x.height && ix < x.width;
          table[at++] = inside ? x.address + ((image * x.height + iy) * x.width + ix) * x.pixel : zeros;
        }
      }
    }
    row += count;
  }
  return table;
}
