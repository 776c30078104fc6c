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
import { checkBatch } from './batch.js';
import type { Convention } from './conventions/convention.js';
import { type ConventionName, conventionOf } from './conventions/index.js';
import { sumOf } from './group.js';
import { kindOf } from './kind.js';
import { isViewAtInference } from './memory/values.js';
import { placesOf } from './places.js';
import { bytesOf, type CostReport, type CostRow, type CostTotal, type Uncounted, type WeightType } from './report.js';
import { elementwiseRules, macRules, type WorkTable } from './rules/index.js';

export interface AnalyseOptions {
  /** Whose counting; `convzoo` by default. */
  readonly convention?: ConventionName | Convention | undefined;
  /** Type of weights and activations, float32 by default. */
  readonly dtype?: WeightType | undefined;
  /** Examples at once, 1 by default: for bytes of activations and traffic. Counts stay those of one example. */
  readonly batch?: number | undefined;
}

/**
 * Counts a network, node by node, from shapes alone: no tensor is allocated and no backend is needed. Parameters that
 * several nodes share count once, at the first of them. The graph is taken as it is, dead nodes included; fold or prune it
 * before with the passes of `@convzoo/layers`.
 *
 * @throws ConvzooError `unknown-convention`; `bad-batch`; `count-too-large` where a sum is beyond exact integers
 */
export function analyse(graph: Graph, options: AnalyseOptions = {}): CostReport {
  const convention = conventionOf(options.convention ?? 'convzoo');
  const { dtype = 'float32' } = options;
  const batch = checkBatch(options.batch ?? 1);
  const bytes = bytesOf[dtype];
  const places = placesOf(graph);
  const seen = new Set<string>();
  const rows: CostRow[] = [];
  const uncounted: Uncounted[] = [];
  for (const node of graph.nodes) {
    const inputs = node.inputs.map((id) => nodeAt(graph, id).shape);
    const own = node.params.filter(({ path }) => !seen.has(path));
    for (const { path } of own) seen.add(path);
    const sizes = (counted: Convention['params']): number =>
      own.filter(counted).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    const macs = workOf(convention.macs, node, inputs);
    const elementwise = workOf(elementwiseRules, node, inputs);
    const kind = kindOf(node, graph);
    const stored = sizes(() => true);
    const activations = convention.activations(node) ? sizeOf(node.shape) : 0;
    const traffic = isViewAtInference(node) || node.op === 'input' ? 0 : bytes * trafficOf(node, inputs, batch);
    const work = workOf(macRules, node, inputs);
    const operations = work === null || elementwise === null ? null : 2 * work + elementwise;
    rows.push({
      path: node.path,
      op: node.op,
      kind,
      ...(places[node.id] ?? { stage: node.path, block: node.path }),
      shape: node.shape,
      params: sizes(convention.params),
      trainable: sizes(isTrainable),
      buffers: sizes((param) => !isTrainable(param)),
      macs,
      flops: macs === null ? null : 2 * macs,
      elementwise,
      activations,
      weightBytes: bytes * stored,
      activationBytes: bytes * batch * activations,
      traffic,
      intensity: operations === null || traffic === 0 ? null : (batch * operations) / traffic,
    });
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
    batch,
    total: totalOf(graph.name, rows),
    rows,
    uncounted,
  };
}

/** Elements that a node reads and writes; weights are read once for all examples, shared ones at every node. */
function trafficOf(node: AnyNode, inputs: readonly Shape[], batch: number): number {
  const maps = inputs.reduce((sum, shape) => sum + sizeOf(shape), sizeOf(node.shape));
  return batch * maps + node.params.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
}

/** An op kind that the table does not know (of a newer vocabulary) has no count either. */
function workOf(rules: WorkTable, node: AnyNode, inputs: readonly Shape[]): number | null {
  return Object.hasOwn(rules, node.op) ? applyRule<OpName>(rules, node, inputs) : null;
}

function applyRule<K extends OpName>(rules: WorkTable, node: Node<K>, inputs: readonly Shape[]): number | null {
  return rules[node.op](node, inputs);
}

function totalOf(model: string, rows: readonly CostRow[]): CostTotal {
  const total = sumOf(rows);
  for (const [name, value] of Object.entries(total)) {
    if (value !== null && value > Number.MAX_SAFE_INTEGER) {
      throw new ConvzooError(
        'count-too-large',
        `${name} of ${model} come to ${value}, beyond what is counted exactly (2^53 - 1).`,
      );
    }
  }
  return total;
}
