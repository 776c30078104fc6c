import type { Convolution } from './clock.js';

/** Values of a map or of a filter, row by row. */
export interface Grid {
  /** Height and width. */
  readonly size: number;
  /** From -1 to 1. */
  readonly values: readonly number[];
}

/** An output map, and the filters that it is the sum of, one for every map that is read. */
export interface SceneRow {
  readonly filters: readonly Grid[];
  readonly output: Grid;
}

/** The numbers that the animation shows; outputs are computed from inputs and filters. */
export interface Scene {
  /** Each with its border of zeros. */
  readonly inputs: readonly Grid[];
  readonly standard: readonly SceneRow[];
  /** The filter of each input on its own, and what it gives. */
  readonly depthwise: readonly { readonly filter: Grid; readonly map: Grid }[];
  /** Filters of 1x1. */
  readonly pointwise: readonly SceneRow[];
}

/** Pictures of simple things, from 0 to 1: `x` and `y` go from -1 to 1. */
const PICTURES: readonly ((x: number, y: number) => number)[] = [
  (x, y) => (Math.hypot(x, y) < 0.75 ? 1 : 0.1),
  (x, y) => (Math.abs(x) < 0.3 || Math.abs(y) < 0.3 ? 0.9 : 0.15),
  (x, y) => (x + y + 2) / 4,
  (x) => (x > 0 ? 0.95 : 0.2),
  (x, y) => (Math.abs(Math.hypot(x, y) - 0.7) < 0.3 ? 1 : 0.1),
  (_, y) => (Math.abs(y) > 0.45 ? 0.85 : 0.1),
];

/** Edges, corners and a blur. */
const FILTERS: readonly ((x: number, y: number) => number)[] = [
  (x) => x,
  (_, y) => y,
  (x, y) => 1 - 0.6 * Math.hypot(x, y),
  (x, y) => 1.2 * x * y + 0.2,
  (x, y) => (Math.hypot(x, y) < 0.4 ? 1 : -0.4),
  (x, y) => (x + y) / 2,
  (x) => -x,
];

const pick = <T>(list: readonly T[], i: number): T => list[i % list.length] as T;

/** Coordinates of cell `i` of `size`, from -1 to 1; 0 where there is one cell only. */
const coordinate = (i: number, size: number): number => (size === 1 ? 0 : (2 * i) / (size - 1) - 1);

const grid = (size: number, value: (row: number, column: number) => number): Grid => ({
  size,
  values: Array.from({ length: size * size }, (_, i) => value(Math.floor(i / size), i % size)),
});

const drawn = (size: number, draw: (x: number, y: number) => number): Grid =>
  grid(size, (row, column) => draw(coordinate(column, size), coordinate(row, size)));

export function sceneOf({ inputs: M, outputs: N, kernel, size }: Convolution): Scene {
  const inputs = times(M, (m) => padded(drawn(size, pick(PICTURES, m)), kernel >> 1));
  const depthwise = inputs.map((input, m) => {
    const filter = drawn(kernel, pick(FILTERS, 4 * m));
    return { filter, map: convolve(input, filter, size) };
  });
  return {
    inputs,
    standard: times(N, (n) => {
      const filters = times(M, (m) => drawn(kernel, pick(FILTERS, 2 * n + 3 * m)));
      const parts = inputs.map((input, m) => convolve(input, filters[m] ?? NOTHING, size));
      return { filters, output: sumOf(parts, size) };
    }),
    depthwise: depthwise.map(({ filter, map }) => ({ filter, map: normalised(map) })),
    pointwise: times(N, (n) => {
      const filters = times(M, (m) => grid(1, () => Math.cos(1 + 2.1 * n + 1.3 * m)));
      const parts = depthwise.map(({ map }, m) => convolve(map, filters[m] ?? NOTHING, size));
      return { filters, output: sumOf(parts, size) };
    }),
  };
}

const NOTHING: Grid = { size: 0, values: [] };

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

const sumOf = (parts: readonly Grid[], size: number): Grid =>
  normalised(
    grid(size, (row, column) => parts.reduce((sum, { values }) => sum + (values[row * size + column] ?? 0), 0)),
  );

const padded = ({ size, values }: Grid, by: number): Grid =>
  grid(size + 2 * by, (row, column) => {
    const [y, x] = [row - by, column - by];
    return y < 0 || x < 0 || y >= size || x >= size ? 0 : (values[y * size + x] ?? 0);
  });

function convolve(input: Grid, filter: Grid, size: number): Grid {
  return grid(size, (row, column) =>
    filter.values.reduce((sum, weight, tap) => {
      const [y, x] = [row + Math.floor(tap / filter.size), column + (tap % filter.size)];
      return sum + weight * (input.values[y * input.size + x] ?? 0);
    }, 0),
  );
}

/** With a largest value of 1, so that every map is seen. */
function normalised({ size, values }: Grid): Grid {
  const largest = Math.max(...values.map(Math.abs)) || 1;
  return { size, values: values.map((value) => value / largest) };
}
