import { table } from '../../tables.js';
import { TOLERANCE } from '../difference.js';
import type { Results, Run } from '../results.js';
import { aimTables } from './aim-tables.js';
import { notes, rowTables } from './row-tables.js';

/** The parts of the page that the results fill. */
export const engineBlocks = (results: Results): Readonly<Record<string, string>> => ({
  'engine machine': machines(results.runs),
  'engine aims': aimTables(results),
  'engine rows': rowTables(results),
  'engine notes': notes(results, TOLERANCE),
});

function machines(runs: readonly Run[]): string {
  if (runs.length === 0) return 'Not measured yet.';
  const keys = [...new Set(runs.flatMap(({ machine }) => Object.keys(machine)))];
  return table(
    ['', ...runs.map(({ id }) => id.slice(0, 16).replace('T', ' '))],
    [
      ...keys.map((key) => [key, ...runs.map(({ machine }) => String(machine[key] ?? ''))]),
      ['rounds, batch 1 / 8', ...runs.map(({ rounds }) => `${rounds['1'] ?? '-'} / ${rounds['8'] ?? '-'}`)],
    ],
  );
}
