import type { Convolution } from './clock.js';

/** Where a column of maps or filters stands. */
export interface Column {
  /** Left edge. */
  readonly x: number;
  /** Middle of the column. */
  readonly middle: number;
}

/**
 * Where everything of a figure stands, in pixels: a row for each map that is read, a column for each filter, and at the bottom
 * of each filter's column the map that it writes.
 */
export interface Geometry {
  /** Of the text, in pixels. */
  readonly labelSize: number;
  /** Side of a cell: of a value or a weight. */
  readonly cell: number;
  readonly inputSide: number;
  readonly mapSide: number;
  /** Middle of the row of input `m`. */
  readonly row: (m: number) => number;
  /** Top of the maps that are written, and the middle of the sign of the sum above them. */
  readonly outputY: number;
  readonly sumY: number;
  readonly standard: { readonly filter: (n: number) => Column };
  readonly separable: {
    readonly depthwise: Column;
    readonly map: Column;
    readonly filter: (n: number) => Column;
  };
}

/** Between maps, in cells. */
const GAP = 1.25;
/** For the sign of the sum between filters and outputs, in cells. */
const SUM = 2;
/** Height of the line of text above the maps. */
const LABEL = 22;

/** Both figures have cells of the same side, the largest that fits the separable one. */
export function geometryOf({ inputs, outputs, kernel, size }: Convolution, width: number, height: number): Geometry {
  const border = size + kernel - 1;
  const column = Math.max(size, kernel);
  const across = border + GAP + kernel + GAP + size + outputs * (column + GAP);
  const down = inputs * (border + GAP) - GAP + SUM + size;
  const fitting = Math.min(width / across, (height - LABEL - 4) / down);
  const cell = Math.max(1, Math.floor(fitting * 4) / 4);
  const at = (left: number, cells: number): Column => ({ x: left * cell, middle: (left + cells / 2) * cell });
  const filters = (left: number) => (n: number) => at(left + n * (column + GAP), column);
  const outputY = LABEL + (inputs * (border + GAP) - GAP + SUM) * cell;
  const first = border + GAP;
  const second = first + kernel + GAP;
  return {
    labelSize: width < 480 ? 11 : 13,
    cell,
    inputSide: border * cell,
    mapSide: size * cell,
    row: (m) => LABEL + (m * (border + GAP) + border / 2) * cell,
    outputY,
    sumY: outputY - (SUM / 2) * cell,
    standard: { filter: filters(first) },
    separable: { depthwise: at(first, kernel), map: at(second, size), filter: filters(second + size + GAP) },
  };
}
