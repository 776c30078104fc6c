import type { AxisField, ReceptiveField } from '@convzoo/cost-analysis';
import type { ViewAnswer } from '../service.js';

/** A rectangle in pixels of a picture, which may reach beyond its edges. */
export interface Rectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Numbers from 0 to 1 over what the network sees, row by row. */
export interface Overlay {
  readonly height: number;
  readonly width: number;
  readonly shown: Float32Array;
}

/** A unit of a map: one place, whatever the channel. */
export interface Unit {
  readonly row: number;
  readonly column: number;
}

/** `3,4` of the address, within a map of that size; the middle where it says none. */
export function parseUnit(text: string, [height = 1, width = 1]: readonly number[]): Unit {
  const [row, column] = text.split(',').map((part) => Number.parseInt(part, 10));
  const within = (value: number | undefined, size: number): number =>
    value === undefined || Number.isNaN(value) ? Math.floor(size / 2) : Math.min(Math.max(value, 0), size - 1);
  return { row: within(row, height), column: within(column, width) };
}

export const unitText = ({ row, column }: Unit): string => `${row},${column}`;

/** What a unit sees, in pixels of the network's input. */
export function fieldOf(field: ReceptiveField, { row, column }: Unit): Rectangle {
  const at = ({ start, stride }: AxisField, i: number): number => start + i * stride;
  return {
    x: at(field.width, column),
    y: at(field.height, row),
    width: field.width.size,
    height: field.height.size,
  };
}

/** A rectangle of the input, of `[height, width, channels]`, as it lies on the picture. */
export function onPicture(
  { x, y, width, height }: Rectangle,
  [rows = 1, columns = 1]: readonly number[],
  { view }: ViewAnswer,
): Rectangle {
  const [across, down] = [view.width / columns, view.height / rows];
  return { x: view.left + x * across, y: view.top + y * down, width: width * across, height: height * down };
}

/** The share of a rectangle that lies outside of the input: what it sees of padding. */
export function shareOutside({ x, y, width, height }: Rectangle, [rows = 1, columns = 1]: readonly number[]): number {
  const inside = (start: number, length: number, extent: number): number =>
    Math.max(0, Math.min(start + length, extent) - Math.max(start, 0));
  return 1 - (inside(x, width, columns) * inside(y, height, rows)) / (width * height);
}

/**
 * The unit whose receptive field lies nearest to a point of the picture, by their centres.
 *
 * @param point in pixels of the picture
 * @param input and map, `[height, width, channels]`
 */
export function unitAt(
  point: { readonly x: number; readonly y: number },
  field: ReceptiveField,
  { input, map, seen }: { input: readonly number[]; map: readonly number[]; seen: ViewAnswer },
): Unit {
  const { view } = seen;
  const nearest = ({ start, stride, size }: AxisField, at: number, count: number): number =>
    stride === 0 ? 0 : Math.min(Math.max(Math.round((at - start - size / 2) / stride), 0), count - 1);
  return {
    row: nearest(field.height, ((point.y - view.top) / view.height) * (input[0] ?? 1), map[0] ?? 1),
    column: nearest(field.width, ((point.x - view.left) / view.width) * (input[1] ?? 1), map[1] ?? 1),
  };
}

/** The unit at the same place of a map of another size. */
export function sameUnit({ row, column }: Unit, from: readonly number[], to: readonly number[]): Unit {
  const scaled = (value: number, before = 1, after = 1): number =>
    Math.min(Math.floor(((value + 0.5) * after) / before), after - 1);
  return { row: scaled(row, from[0], to[0]), column: scaled(column, from[1], to[1]) };
}
