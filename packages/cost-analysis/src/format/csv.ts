import { formatShape } from '@convzoo/layers';
import { groupBy } from '../group.js';
import type { CostReport } from '../report.js';
import type { CostSheet, SheetRow } from '../sheet.js';
import type { Per } from './items.js';

type Cell = string | number | null;

const COUNTS = [
  'params',
  'buffers',
  'macs',
  'flops',
  'elementwise',
  'activations',
  'trainable',
  'weightBytes',
  'activationBytes',
  'traffic',
  'intensity',
] as const;

/** What only sheets have, and only of layers. */
const FIELDS = [
  'bytesInUse',
  'seenHeight',
  'seenWidth',
  'strideHeight',
  'strideWidth',
  'startHeight',
  'startWidth',
] as const;

function fieldCells({ bytesInUse, receptiveField }: SheetRow): readonly Cell[] {
  if (receptiveField === null) return [bytesInUse, ...FIELDS.slice(1).map(() => null)];
  const { height, width } = receptiveField;
  return [bytesInUse, height.size, width.size, height.stride, width.stride, height.start, width.start];
}

/**
 * Comma separated values (RFC 4180, lines end in CR LF) with plain numbers and a header. A count for which there is no rule
 * is an empty field. There is no total: a spreadsheet adds up.
 */
export function formatCsv(
  report: CostReport | CostSheet,
  { per = 'layer' }: { readonly per?: Per | undefined } = {},
): string {
  const lines: (readonly Cell[])[] = [];
  // A tree's scopes would be counted twice in a spreadsheet: its layers have their paths.
  if (per === 'layer' || per === 'tree') {
    const isSheet = 'memory' in report;
    lines.push(['layer', 'op', 'kind', 'stage', 'block', 'output', ...COUNTS, ...(isSheet ? FIELDS : [])]);
    for (const row of report.rows) {
      const { path, op, kind, stage, block, shape } = row;
      const more = 'bytesInUse' in row ? fieldCells(row) : [];
      lines.push([path, op, kind, stage, block, formatShape(shape), ...COUNTS.map((field) => row[field]), ...more]);
    }
  } else {
    lines.push([per, 'layers', ...COUNTS]);
    for (const group of groupBy(report, per)) {
      lines.push([group.name, group.nodes, ...COUNTS.map((field) => group[field])]);
    }
  }
  return lines.map((cells) => `${cells.map(field).join(',')}\r\n`).join('');
}

function field(cell: Cell): string {
  const text = String(cell ?? '');
  return /[",\r\n]/u.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
