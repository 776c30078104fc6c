import { type CostAxis, paretoFront } from '@convzoo/charts';
import type { NetworkRow } from './network-row.js';

type Cell = string | number | undefined;

/** RFC 4180: quoted where a comma, a quote or a line break is. */
export function csvOf(head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const quote = (cell: Cell): string => {
    const text = cell === undefined ? '' : String(cell);
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return `${[head, ...rows].map((cells) => cells.map(quote).join(',')).join('\n')}\n`;
}

/** Names of columns as `convzoo compare --csv` has them, in its order. */
const NETWORK_COLUMNS: readonly string[] = [
  'model',
  'family',
  'input',
  'params',
  'macs',
  'activations',
  'memory_bytes',
  'top1',
  'source',
  'pareto_front',
];

/** Networks with exact numbers, as `convzoo compare --csv` writes them; the front among them is against the given cost. */
export function networksCsv(rows: readonly NetworkRow[], cost: CostAxis = 'macs'): string {
  const known = rows.filter(({ accuracy }) => accuracy !== null);
  const front = new Set(
    paretoFront(
      known,
      (row) => row[cost],
      ({ accuracy }) => accuracy?.top1 ?? 0,
    ),
  );
  return csvOf(
    NETWORK_COLUMNS,
    rows.map((row) => [
      row.model,
      row.family,
      row.input.join('x'),
      row.params,
      row.macs,
      row.activations,
      row.memory,
      row.accuracy?.top1,
      row.accuracy?.source,
      front.has(row) ? 'yes' : 'no',
    ]),
  );
}
