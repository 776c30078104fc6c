import type { NetworkRow } from './network-row.js';

/** Columns that tables of networks sort by. */
export const sortColumns = ['model', 'input', 'params', 'macs', 'memory', 'activations', 'top1', 'source'] as const;
export type SortColumn = (typeof sortColumns)[number];

export interface Sort {
  readonly by: SortColumn;
  readonly down: boolean;
}

/** `macs`, or `-macs` from the most down; undefined for what is no such text. */
export function parseSort(text: string): Sort | undefined {
  const down = text.startsWith('-');
  const by = sortColumns.find((column) => column === (down ? text.slice(1) : text));
  return by === undefined ? undefined : { by, down };
}

export const formatSort = ({ by, down }: Sort): string => `${down ? '-' : ''}${by}`;

/** In order; equal rows stay as they were, and networks without a published accuracy come last whatever the direction. */
export function sortRows(rows: readonly NetworkRow[], { by, down }: Sort): readonly NetworkRow[] {
  const sign = down ? -1 : 1;
  if (by === 'model') return rows.toSorted((a, b) => sign * a.model.localeCompare(b.model, 'en'));
  const known = (row: NetworkRow): boolean => (by !== 'top1' && by !== 'source') || row.accuracy !== null;
  return rows.toSorted((a, b) => {
    if (!known(a) || !known(b)) return Number(known(b)) - Number(known(a));
    if (by === 'source') return sign * (a.accuracy?.source ?? '').localeCompare(b.accuracy?.source ?? '', 'en');
    return sign * (numberOf(a, by) - numberOf(b, by));
  });
}

function numberOf(row: NetworkRow, by: Exclude<SortColumn, 'model' | 'source'>): number {
  if (by === 'input') return row.input[0] ?? 0;
  return by === 'top1' ? (row.accuracy?.top1 ?? 0) : row[by];
}
