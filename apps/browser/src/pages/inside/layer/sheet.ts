import type { Pixels } from '@convzoo/interpret';

/** Between two kernels. */
const GAP = 1;
/** Dark violet in both colour schemes: no weight has it, since weights are greys or lie around grey. */
const BETWEEN = [70, 60, 92] as const;

/** Small pictures of one size on one, row by row, a pixel apart. */
export function sheetPixels(pictures: readonly Pixels[], across: number): Pixels {
  const [{ height: rows, width: columns } = { height: 1, width: 1 }] = pictures;
  const width = across * (columns + GAP) + GAP;
  const height = Math.ceil(pictures.length / across) * (rows + GAP) + GAP;
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) data.set(BETWEEN, i);
  pictures.forEach((picture, i) => {
    const [top, left] = [Math.floor(i / across) * (rows + GAP) + GAP, (i % across) * (columns + GAP) + GAP];
    for (let y = 0; y < rows; y++) {
      data.set(picture.data.subarray(y * columns * 3, (y + 1) * columns * 3), ((top + y) * width + left) * 3);
    }
  });
  return { width, height, data };
}
