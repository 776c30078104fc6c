import {
  type AnyNode,
  ConvzooError,
  type Graph,
  inputOf,
  isTrainable,
  type Node,
  nodeAt,
  type OpName,
  type Shape,
  sizeOf,
} from '@convzoo/layers';
import type { Convention } from './conventions/convention.js';
import { type ConventionName, conventionOf } from './conventions/index.js';
import { sumOf } from './group.js';
import { kindOf } from './kind.js';
import { placesOf } from './places.js';
import { bytesOf, type CostReport, type CostRow, type CostTotal, type Uncounted, type WeightType } from './report.js';
import { elementwiseRules, type WorkTable } from './rules/index.js';

export interface AnalyseOptions {
  /** Whose counting; `convzoo` by default. */
  readonly convention?: ConventionName | Convention | undefined;
  /** Type in which the weights are stored, float32 by default. */
  readonly dtype?: WeightType | undefined;
}

/**
 * Counts a network, node by node, from shapes alone: no tensor is allocated and no backend is needed. Parameters that
 * several nodes share count once, at the first of them. The graph is taken as it is, dead nodes included; fold or prune it
 * before with the passes of `@convzoo/layers`.
 *
 * @throws ConvzooError `unknown-convention`; `count-too-large` where a sum is beyond exact integers
 */
export function analyse(graph: Graph, options: AnalyseOptions = {}): CostReport {
  const convention = conventionOf(options.convention ?? 'convzoo');
  const dtype = options.dtype ?? 'float32';
  const places = placesOf(graph);
  const seen = new Set<string>();
  const rows: CostRow[] = [];
  const uncounted: Uncounted[] = [];
  let stored = 0;
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((id) => nodeAt(graph, id).shape);
    const own = node.params.filter(({ path }) => !seen.has(path));
    for (const { path } of own) seen.add(path);
    const sizes = (counted: Convention['params']): number =>
      own.filter(counted).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const macs = workOf(convention.macs, node, inputs);
    const elementwise = workOf(elementwiseRules, node, inputs);
    const kind = kindOf(node, graph);
    rows.push({
      path: node.path,
      op: node.op,
      kind,
      ...(places[node.id] ?? { stage: node.path, block: node.path }),
      shape: node.shape,
      params: sizes(convention.params),
      buffers: sizes((param) => !isTrainable(param)),
      macs,
      flops: macs === null ? null : 2 * macs,
      elementwise,
      activations: convention.activations(node) ? sizeOf(node.shape) : 0,
    });
    stored += sizes(() => true);
    const missing = [
      ...(macs === null ? ['macs' as const] : []),
      ...(elementwise === null ? ['elementwise' as const] : []),
    ];
    if (missing.length > 0) uncounted.push({ path: node.path, op: node.op === 'custom' ? kind : node.op, missing });
  }
  return {
    model: graph.name,
    input: inputOf(graph).shape,
    convention: convention.name,
    dtype,
    total: totalOf(graph.name, rows, stored * bytesOf[dtype]),
    rows,
    uncounted,
  };
}

/** An op kind that the table does not know (of a newer vocabulary) has no count either. */
function workOf(rules: WorkTable, node: AnyNode, inputs: readonly Shape[]): number | null {
  return Object.hasOwn(rules, node.op) ? applyRule<OpName>(rules, node, inputs) : null;
}

function applyRule<K extends OpName>(rules: WorkTable, node: Node<K>, inputs: readonly Shape[]): number | null {
  return rules[node.op](node, inputs);
}

function totalOf(model: string, rows: readonly CostRow[], weightBytes: number): CostTotal {
  const total = { ...sumOf(rows), weightBytes };
  for (const [name, value] of Object.entries(total)) {
    if (value > Number.MAX_SAFE_INTEGER) {
      throw new ConvzooError(
        'count-too-large',
        `${name} of ${model} come to ${value}, beyond what is counted exactly (2^53 - 1).`,
      );
    }
  }
  return total;
}
