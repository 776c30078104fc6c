import { figure, table } from '../../tables.js';
import { contenders, titleOf } from '../contenders.js';
import { NETWORKS } from '../network.js';
import type { Results, Row } from '../results.js';

/** A table of all contenders by network. */
function byContender(rows: readonly Row[], cell: (row: Row) => string): string {
  const models = NETWORKS.filter((model) => rows.some((row) => row.model === model));
  const lines = contenders.flatMap((contender) => {
    const cells = models.map((model) => {
      const row = rows.find((each) => each.cell === contender.id && each.model === model);
      return row === undefined ? '-' : cell(row);
    });
    return cells.every((text) => text === '-') ? [] : [[titleOf(contender), String(contender.threads), ...cells]];
  });
  return table(['', 'threads', ...models], lines);
}

/** Fewer runs than this say so. */
const ENOUGH = 12;

function times(row: Row): string {
  const text = `${figure(row.min)} / ${figure(row.median)}`;
  const marks = [row.runs < ENOUGH ? `(${row.runs})` : '', row.disturbed > 0 ? '*' : ''].filter((mark) => mark !== '');
  return [text, ...marks].join(' ');
}

/** Times, first answers, loads and memory. */
export function rowTables({ rows }: Results): string {
  if (rows.length === 0) return 'Not measured yet.';
  const batches = [...new Set(rows.map(({ batch }) => batch))].sort((a, b) => a - b);
  const single = rows.filter(({ batch }) => batch === 1);
  const megabytes = (bytes: number | undefined): string => (bytes === undefined ? '-' : (bytes / 1e6).toFixed(0));
  return [
    ...batches.map(
      (batch) =>
        `**Batch ${batch}**, ms, least / median\n\n${byContender(
          rows.filter((row) => row.batch === batch),
          times,
        )}`,
    ),
    `**First answer**, ms, batch 1\n\n${byContender(single, (row) => `${figure(row.first)}${row.loadDisturbed ? ' *' : ''}`)}`,
    `**Load**, ms, batch 1\n\n${byContender(single, (row) => `${figure(row.load)}${row.loadDisturbed ? ' *' : ''}`)}`,
    `**Peak memory**, MB, batch 1\n\n${byContender(single, (row) => megabytes(row.peakMemory))}`,
    `**Processors kept busy**, batch 1\n\n${byContender(single, (row) => row.processors?.toFixed(2) ?? '-')}`,
  ].join('\n\n');
}

/** What differs from the engine by more than rounding, or took no part. */
export function notes({ rows, absent }: Results, tolerance: number): string {
  const worst = rows.reduce<Row | undefined>(
    (most, row) => (row.difference > (most?.difference ?? -1) ? row : most),
    undefined,
  );
  const lines = [
    worst === undefined
      ? []
      : [
          `- Largest difference from the engine's answers: ${worst.difference} of the largest (${worst.cell}, ${worst.model}, batch ${worst.batch}).`,
        ],
    rows
      .filter((row) => row.difference > tolerance)
      .map(
        (row) =>
          `- **${row.cell} computes something else** in ${row.model}, batch ${row.batch}: it differs by ${row.difference}.`,
      ),
    absent.map(
      ({ cell, model, batch, reason }) => `- ${cell} did not take part in ${model}, batch ${batch}: ${reason}`,
    ),
  ];
  return lines.flat().join('\n');
}
