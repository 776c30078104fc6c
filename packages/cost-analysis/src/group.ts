import type { Shape } from '@convzoo/layers';
import type { Cost, CostReport, CostRow } from './report.js';

/** By what rows can be summed: the fields of a row that name something. */
export type GroupKey = 'stage' | 'block' | 'op' | 'kind';

export interface CostGroup extends Cost {
  readonly name: string;
  /** How many nodes it sums. */
  readonly nodes: number;
  /** Output shape of its last node. */
  readonly shape: Shape;
}

/** Sums a report's rows by stage, block, op or kind, in the order in which the groups begin. The sums add up to the total. */
export function groupBy(report: CostReport, key: GroupKey): readonly CostGroup[] {
  const groups = new Map<string, CostRow[]>();
  for (const row of report.rows) {
    const members = groups.get(row[key]);
    if (members === undefined) groups.set(row[key], [row]);
    else members.push(row);
  }
  return [...groups].map(([name, rows]) => ({
    name,
    nodes: rows.length,
    shape: rows.at(-1)?.shape ?? [],
    ...sumOf(rows),
  }));
}

/** The sum of rows; what is uncounted in them is not in it. */
export function sumOf(rows: readonly CostRow[]): Cost {
  const sum = { params: 0, buffers: 0, macs: 0, flops: 0, elementwise: 0, activations: 0 };
  for (const row of rows) {
    sum.params += row.params;
    sum.buffers += row.buffers;
    sum.macs += row.macs ?? 0;
    sum.flops += row.flops ?? 0;
    sum.elementwise += row.elementwise ?? 0;
    sum.activations += row.activations;
  }
  return sum;
}
