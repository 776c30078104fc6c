import type { NetworkRow } from './network-row.js';

/** The families in the order of the zoo, with how many of their networks have a published accuracy. */
export function familiesOf(rows: readonly NetworkRow[]): readonly { readonly name: string; readonly count: number }[] {
  const counts = new Map<string, number>();
  for (const { family, accuracy } of rows) counts.set(family, (counts.get(family) ?? 0) + (accuracy === null ? 0 : 1));
  return [...counts].map(([name, count]) => ({ name, count }));
}

/** The networks of the families that someone wants; of all where none is named. */
export const shownRows = (rows: readonly NetworkRow[], wanted: readonly string[]): readonly NetworkRow[] =>
  wanted.length === 0 ? rows : rows.filter(({ family }) => wanted.includes(family));
