import type { CostReport } from '../report.js';
import { aligned, type Cells, cellsOf, shortened } from './cells.js';
import {
  barColumn,
  bytesColumn,
  type Column,
  countColumn,
  fieldColumn,
  intensityColumn,
  kindColumn,
  nameColumn,
  shapeColumn,
  shareColumn,
} from './columns.js';
import { type Item, itemsOf, type Per, totalItem } from './items.js';
import { headline, summaryOf } from './summary.js';
import { widthOf, wrap } from './text.js';

export interface TableOptions {
  /** By what the table has its lines; every layer by default. */
  readonly per?: Per | undefined;
  /** Columns of the terminal, 100 by default. Nothing is printed beyond them, down to {@link MIN_WIDTH}. */
  readonly width?: number | undefined;
  /** Bars of `#` and lines of `-`, for terminals without block characters. */
  readonly ascii?: boolean | undefined;
}

/** Below this no table can be read; narrower terminals get this. */
export const MIN_WIDTH = 24;

const GAP = '  ';
const BAR = { least: 4, most: 16 };

/** What a table shows. */
interface View {
  /** Columns after the name. */
  readonly keys: readonly string[];
  /** Counts as `4.09 G`. */
  readonly compact: boolean;
  /** How far names may be shortened for it. */
  readonly name: number;
}

const WHOLE = Number.POSITIVE_INFINITY;
const BASIC = ['kind', 'output', 'params', 'macs', 'share'] as const;

const BYTES = ['weightBytes', 'activationBytes', 'traffic', 'intensity', 'field'] as const;

/** From the widest view to the narrowest; the first that fits is taken. */
const VIEWS: readonly View[] = [
  { keys: [...BASIC, 'bar', 'elementwise', 'activations', 'buffers', ...BYTES], compact: false, name: WHOLE },
  { keys: [...BASIC, 'bar', 'elementwise', 'activations', ...BYTES], compact: false, name: WHOLE },
  { keys: [...BASIC, 'bar', 'elementwise', 'activations', 'buffers'], compact: false, name: WHOLE },
  { keys: [...BASIC, 'bar', 'elementwise', 'activations'], compact: false, name: WHOLE },
  { keys: [...BASIC, 'bar', 'activations'], compact: false, name: WHOLE },
  { keys: [...BASIC, 'bar'], compact: false, name: WHOLE },
  { keys: BASIC, compact: false, name: WHOLE },
  { keys: BASIC, compact: true, name: 20 },
  { keys: ['output', 'params', 'macs', 'share'], compact: true, name: 16 },
  { keys: ['params', 'macs', 'share'], compact: true, name: 12 },
  { keys: ['params', 'macs'], compact: true, name: 8 },
  { keys: ['macs'], compact: true, name: 1 },
];

/** A table in plain text that fits the width: one line a layer or group, then the total and what was counted. */
export function formatTable(report: CostReport, options: TableOptions = {}): string {
  const { per = 'layer', ascii = false } = options;
  const width = Math.max(Math.floor(options.width ?? 100), MIN_WIDTH);
  const items = [...itemsOf(report, per), totalItem(report)];
  const lines = linesOf(report, items, { per, ascii, width });
  const rule = (ascii ? '-' : '─').repeat(lines.reduce((widest, line) => Math.max(widest, widthOf(line)), 0));
  const body = [lines[0] ?? '', rule, ...lines.slice(1, -1), rule, lines.at(-1) ?? ''];
  const notes = summaryOf(report).flatMap((note) => wrap(note, width));
  const all = [...wrap(headline(report), width), '', ...body, '', ...notes];
  const text = all.map((line) => `${line.trimEnd()}\n`).join('');
  return ascii ? text.replaceAll('…', '~') : text;
}

/** Header, items and total, aligned, in the first view that fits. */
function linesOf(report: CostReport, items: readonly Item[], { per, ascii, width }: Layout): readonly string[] {
  const largest = items.reduce((most, { macs, isTotal }) => (isTotal ? most : Math.max(most, macs ?? 0)), 0);
  const columns: readonly Column[] = [
    kindColumn(per),
    shapeColumn,
    countColumn('params'),
    countColumn('macs'),
    shareColumn(report.total.macs),
    barColumn(largest, BAR.least, ascii),
    countColumn('elementwise'),
    countColumn('activations'),
    countColumn('buffers'),
    bytesColumn('weightBytes', 'weights'),
    bytesColumn('activationBytes', 'outputs'),
    bytesColumn('traffic', 'traffic'),
    intensityColumn,
    fieldColumn,
  ];
  const byKey = new Map(columns.map((column) => [column.key, column]));
  const written = new Map<string, Cells>();
  const write = (key: string, compact: boolean): Cells | undefined => {
    const column = byKey.get(key);
    const id = `${key} ${compact}`;
    const cells = written.get(id) ?? (column && cellsOf(column, items, { compact }));
    if (cells !== undefined) written.set(id, cells);
    return cells?.empty === true ? undefined : cells;
  };
  const name = cellsOf(nameColumn(per), items, { compact: false });
  for (const view of VIEWS) {
    const cells: Cells[] = [];
    let room = width;
    // No column is written for a view that does not fit without it: writing is most of a table's time.
    for (const key of view.keys) {
      const column = room < 0 ? undefined : write(key, view.compact);
      if (column === undefined) continue;
      cells.push(column);
      room -= GAP.length + column.width;
    }
    if (room < Math.min(name.width, view.name)) continue;
    const bar = Math.min(BAR.least + room - name.width, BAR.most);
    const wide = cells.map((column) =>
      column.key === 'bar' ? cellsOf(barColumn(largest, bar, ascii), items, { compact: false }) : column,
    );
    return aligned([shortened(name, room), ...wide], GAP);
  }
  // MIN_WIDTH leaves room for a name beside any count.
  return [];
}

interface Layout {
  readonly per: Per;
  readonly ascii: boolean;
  readonly width: number;
}
