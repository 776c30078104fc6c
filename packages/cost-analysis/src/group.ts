import type { Shape } from '@convzoo/layers';
import type { Cost, CostReport, CostRow, Intensity } from './report.js';

/** By what rows can be summed: the fields of a row that name something. */
export type GroupKey = 'stage' | 'block' | 'op' | 'kind';

export interface CostGroup extends Cost, Intensity {
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
export function sumOf(rows: readonly CostRow[]): Cost & Intensity {
  const sum = {
    params: 0,
    trainable: 0,
    buffers: 0,
    macs: 0,
    flops: 0,
    elementwise: 0,
    activations: 0,
    weightBytes: 0,
    activationBytes: 0,
    traffic: 0,
  };
  // Operations of a row are its intensity times its traffic: whole numbers, up to rounding.
  let operations: number | null = 0;
  for (const row of rows) {
    sum.params += row.params;
    sum.trainable += row.trainable;
    sum.buffers += row.buffers;
    sum.macs += row.macs ?? 0;
    sum.flops += row.flops ?? 0;
    sum.elementwise += row.elementwise ?? 0;
    sum.activations += row.activations;
    sum.weightBytes += row.weightBytes;
    sum.activationBytes += row.activationBytes;
    sum.traffic += row.traffic;
    if (row.traffic === 0) continue;
    operations = operations === null || row.intensity === null ? null : operations + row.intensity * row.traffic;
  }
  return { ...sum, intensity: operations === null || sum.traffic === 0 ? null : operations / sum.traffic };
}
