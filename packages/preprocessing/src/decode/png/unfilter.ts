import { ImageError } from '../../errors.js';

/**
 * Undoes the filter of one row in place (W3C PNG specification, 9.2). `row` begins with the filter's number;
 * `previous` is the row above of the same pass, already undone, or zeros; `step` is the bytes of a pixel, at least 1.
 */
export function unfilter(row: Uint8Array, previous: Uint8Array, step: number): void {
  const filter = row[0] as number;
  const length = row.length;
  // The first pixel has no left neighbour: its neighbours at the left count as zero.
  const first = Math.min(1 + step, length);
  switch (filter) {
    case 0:
      return;
    case 1:
      for (let i = first; i < length; i++) row[i] = (row[i] as number) + (row[i - step] as number);
      return;
    case 2:
      for (let i = 1; i < length; i++) row[i] = (row[i] as number) + (previous[i] as number);
      return;
    case 3:
      for (let i = 1; i < first; i++) row[i] = (row[i] as number) + ((previous[i] as number) >> 1);
      for (let i = first; i < length; i++) {
        row[i] = (row[i] as number) + (((row[i - step] as number) + (previous[i] as number)) >> 1);
      }
      return;
    case 4:
      for (let i = 1; i < first; i++) row[i] = (row[i] as number) + (previous[i] as number);
      for (let i = first; i < length; i++) {
        row[i] =
          (row[i] as number) + paeth(row[i - step] as number, previous[i] as number, previous[i - step] as number);
      }
      return;
    default:
      throw new ImageError('corrupt-image', `PNG: a row has filter ${filter}, expected 0 to 4`);
  }
}

/** The neighbour (left, above, above left) nearest to left + above - above left. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
