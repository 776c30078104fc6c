import { formatShape } from '@convzoo/layers';
import { printable, shorten } from '../output/printable.js';
import type { InspectedTensor } from './inspect.js';

export interface TensorTableOptions {
  readonly all: boolean;
  readonly width: number;
  /** Whether there are columns of statistics. */
  readonly statistics: boolean;
}

/** Tensors up to which a list is shown whole, and what is shown of a longer one. */
const WHOLE = 32;
const [FIRST, LAST] = [16, 4];
/** Broken ones in between that are shown all the same. */
const BROKEN = 16;

const GAP = '  ';
/** A name is not shortened to less, however narrow the terminal. */
const LEAST_NAME = 12;

interface Column {
  readonly title: string;
  readonly cell: (tensor: InspectedTensor) => string;
}

/** A table of tensors that fits the width, the middle of a long list left out; `hidden` are as many as were. */
export function tensorTable(
  tensors: readonly InspectedTensor[],
  { all, width, statistics }: TensorTableOptions,
): { readonly lines: readonly string[]; readonly hidden: number } {
  if (tensors.length === 0) return { lines: [], hidden: 0 };
  const rows: readonly Row[] = all || tensors.length <= WHOLE ? tensors : folded(tensors);
  const shown = rows.filter((row) => row !== GAP_ROW);
  const columns = columnsOf(tensors, statistics).map((column) => {
    const extent = shown.reduce((most, row) => Math.max(most, column.cell(row).length), column.title.length);
    return { ...column, extent };
  });
  const others = columns.reduce((sum, { extent }) => sum + GAP.length + extent, 0);
  const room = Math.max(width - others, LEAST_NAME);
  const names = shown.map(({ name }) => shorten(printable(name), room));
  const nameWidth = Math.max(...names.map((name) => name.length), 'name'.length);
  const line = (name: string, cells: readonly string[]): string =>
    [name.padEnd(nameWidth), ...columns.map(({ extent }, i) => (cells[i] ?? '').padStart(extent))].join(GAP).trimEnd();
  const lines = [
    line(
      'name',
      columns.map(({ title }) => title),
    ),
  ];
  for (const row of rows) {
    if (row === GAP_ROW) lines.push('…');
    else
      lines.push(
        line(
          shorten(printable(row.name), room),
          columns.map(({ cell }) => cell(row)),
        ),
      );
  }
  return { lines, hidden: tensors.length - shown.length };
}

const GAP_ROW = Symbol('left out');
type Row = InspectedTensor | typeof GAP_ROW;

/** The first and the last, and those in between that are broken. */
function folded(tensors: readonly InspectedTensor[]): readonly Row[] {
  const middle = tensors.slice(FIRST, -LAST);
  const broken = middle.filter(isBroken).slice(0, BROKEN);
  const between: readonly Row[] = broken.length === 0 ? [GAP_ROW] : [GAP_ROW, ...broken, GAP_ROW];
  return [...tensors.slice(0, FIRST), ...between, ...tensors.slice(-LAST)];
}

const isBroken = ({ statistics }: InspectedTensor): boolean =>
  statistics !== undefined && statistics.nan + statistics.infinite > 0;

function columnsOf(tensors: readonly InspectedTensor[], statistics: boolean): readonly Column[] {
  const kinds = new Set(tensors.map(({ dtype }) => dtype));
  const columns: Column[] = [];
  // One type for all is said above the table.
  if (kinds.size > 1) columns.push({ title: 'type', cell: ({ dtype }) => dtype });
  columns.push({ title: 'shape', cell: ({ shape }) => (shape.length === 0 ? 'scalar' : formatShape(shape)) });
  if (!statistics) return columns;
  for (const key of ['min', 'max', 'mean', 'std'] as const) {
    columns.push({ title: key, cell: (tensor) => formatValue(tensor.statistics?.[key]) });
  }
  if (tensors.some(isBroken)) {
    columns.push({ title: 'NaN', cell: (tensor) => String(tensor.statistics?.nan ?? 0) });
    columns.push({ title: 'Inf', cell: (tensor) => String(tensor.statistics?.infinite ?? 0) });
  }
  return columns;
}

/** Three digits, in at most 8 columns. */
function formatValue(value: number | undefined): string {
  if (value === undefined) return '-';
  const size = Math.abs(value);
  if (value === 0 || (Number.isInteger(value) && size < 1e5)) return String(value);
  return size >= 1e-3 && size < 1e5 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}
