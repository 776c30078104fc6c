import type { Shape } from '@convzoo/layers';
import { type GroupKey, groupBy } from '../group.js';
import type { ReceptiveField } from '../receptive-field.js';
import type { CostReport } from '../report.js';
import { treeItems } from './tree.js';

/** By what a table has its lines: `tree` has a line for each scope, and below it one for each layer. */
export type Per = 'layer' | 'tree' | GroupKey;

/** One line of a table, before it is written in some format: a node, or a group of nodes, or the total. */
export interface Item {
  readonly isTotal: boolean;
  readonly name: string;
  /** How deep in a tree; its lines are indented, and have the last part of the name alone. */
  readonly depth?: number;
  /** Kind of the layer; none for groups. */
  readonly kind: string;
  /** How many layers it sums, 1 for a layer. */
  readonly layers: number;
  readonly shape: Shape | null;
  readonly params: number;
  readonly buffers: number;
  readonly macs: number | null;
  readonly flops: number | null;
  readonly elementwise: number | null;
  readonly activations: number;
  readonly weightBytes: number;
  readonly activationBytes: number;
  readonly traffic: number;
  readonly intensity: number | null;
  /** On sheets: what a layer sees of the input. */
  readonly receptiveField?: ReceptiveField | null;
}

/** The lines of a table: every node, or the sums by stage, block, op or kind. */
export function itemsOf(report: CostReport, per: Per): readonly Item[] {
  if (per === 'layer')
    return report.rows.map(({ path, ...row }) => ({ ...row, isTotal: false, name: path, layers: 1 }));
  if (per === 'tree') return treeItems(report);
  const scattered = per === 'op' || per === 'kind';
  return groupBy(report, per).map(({ nodes, shape, ...group }) => ({
    ...group,
    isTotal: false,
    kind: '',
    layers: nodes,
    // Layers of one kind lie all over the network; the shape of the last says nothing about them.
    shape: scattered ? null : shape,
  }));
}

export function totalItem({ total, rows }: CostReport): Item {
  return { ...total, isTotal: true, name: 'total', kind: '', layers: rows.length, shape: null };
}
