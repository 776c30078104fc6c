/** One number for each place, row by row. */
export interface HeatMap {
  readonly height: number;
  readonly width: number;
  readonly values: Float32Array;
}

/** Where a map lies in a larger picture, in its pixels; it may reach beyond the picture's edges. */
export interface Region {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

/**
 * The values from 0 to 1: the least becomes 0 and the largest 1, or 0 stays 0 with `fromZero` (a heat map where 0 means
 * nothing). Values that are all the same become 0. NaN stays NaN.
 */
export function normalised(map: HeatMap, { fromZero = false } = {}): HeatMap {
  let [low, high] = [fromZero ? 0 : Number.POSITIVE_INFINITY, fromZero ? 0 : Number.NEGATIVE_INFINITY];
  for (const value of map.values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (fromZero) low = 0;
  const range = high - low;
  const values = map.values.map((value) => (range > 0 ? Math.max((value - low) / range, 0) : value * 0));
  return { ...map, values };
}

/**
 * The map drawn out over `region` of a picture, bilinearly between the centres of its cells (as torch's `interpolate`
 * with `align_corners=False` where the region is the whole). Pixels outside of the region, which the network did not see,
 * are NaN.
 */
export function spread(
  map: HeatMap,
  { height, width }: { readonly height: number; readonly width: number },
  region: Region = { top: 0, left: 0, height, width },
): HeatMap {
  const values = new Float32Array(height * width).fill(Number.NaN);
  const rows = neighbours(height, map.height, region.top, region.height);
  const columns = neighbours(width, map.width, region.left, region.width);
  const at = (row: number, column: number): number => map.values[row * map.width + column] ?? Number.NaN;
  for (const row of rows) {
    for (const column of columns) {
      const above = at(row.first, column.first) * (1 - column.share) + at(row.first, column.second) * column.share;
      const below = at(row.second, column.first) * (1 - column.share) + at(row.second, column.second) * column.share;
      values[row.pixel * width + column.pixel] = above * (1 - row.share) + below * row.share;
    }
  }
  return { height, width, values };
}

/** A pixel, the two cells that it lies between, and how near it is to the second. */
interface Neighbours {
  readonly pixel: number;
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

function neighbours(pixels: number, cells: number, start: number, length: number): readonly Neighbours[] {
  return Array.from({ length: pixels }, (_, pixel) => pixel)
    .filter((pixel) => pixel + 0.5 >= start && pixel + 0.5 <= start + length)
    .map((pixel) => {
      const place = Math.min(Math.max(((pixel + 0.5 - start) * cells) / length - 0.5, 0), cells - 1);
      const first = Math.floor(place);
      return { pixel, first, second: Math.min(first + 1, cells - 1), share: place - first };
    });
}
