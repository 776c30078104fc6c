import type { Image } from '../image.js';

/** Bytes from a sample to the same one of the pixel before. */
const PIXEL_BYTES = 3;
const FILTERS = 5;

/**
 * The rows of a picture, each behind its filter's number (W3C PNG specification, 9). For each row the filter is taken
 * whose bytes, as signed numbers, have the smallest sum: the heuristic that the specification recommends (12.7).
 */
export function filterRows({ width, height, data }: Image): Uint8Array {
  const rowBytes = width * PIXEL_BYTES;
  const out = new Uint8Array(height * (rowBytes + 1));
  const candidates = Array.from({ length: FILTERS }, () => new Uint8Array(rowBytes));
  let previous = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y++) {
    const row = data.subarray(y * rowBytes, (y + 1) * rowBytes);
    const [filter, filtered] = best(candidates, row, previous);
    out[y * (rowBytes + 1)] = filter;
    out.set(filtered, y * (rowBytes + 1) + 1);
    previous = row as typeof previous;
  }
  return out;
}

function best(candidates: readonly Uint8Array[], row: Uint8Array, previous: Uint8Array): readonly [number, Uint8Array] {
  let choice = 0;
  let smallest = Number.POSITIVE_INFINITY;
  for (const [filter, out] of candidates.entries()) {
    const sum = applyFilter(filter, row, previous, out);
    if (sum < smallest) [choice, smallest] = [filter, sum];
  }
  return [choice, candidates[choice] as Uint8Array];
}

/** Writes the filtered row, and gives the sum of its bytes as signed numbers. */
function applyFilter(filter: number, row: Uint8Array, previous: Uint8Array, out: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) {
    const left = i < PIXEL_BYTES ? 0 : (row[i - PIXEL_BYTES] as number);
    const above = previous[i] as number;
    const corner = i < PIXEL_BYTES ? 0 : (previous[i - PIXEL_BYTES] as number);
    const byte = ((row[i] as number) - predict(filter, left, above, corner)) & 0xff;
    out[i] = byte;
    sum += byte < 128 ? byte : 256 - byte;
  }
  return sum;
}

function predict(filter: number, left: number, above: number, corner: number): number {
  switch (filter) {
    case 1:
      return left;
    case 2:
      return above;
    case 3:
      return (left + above) >> 1;
    case 4:
      return paeth(left, above, corner);
    default:
      return 0;
  }
}

/** Whichever of the three is nearest to left + above - corner. */
function paeth(left: number, above: number, corner: number): number {
  const toLeft = Math.abs(above - corner);
  const toAbove = Math.abs(left - corner);
  const toCorner = Math.abs(left + above - 2 * corner);
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
