import type { AnyNode, Graph, Node, NodeId, OpName } from '@convzoo/layers';
import { type Array64, mapped, zeros } from './array.js';
import { batchNorm } from './batch-norm.js';
import { activation, add, dropout, leakyRelu } from './elementwise.js';
import { conv2d, dense } from './linear.js';
import { adaptiveAvgPool, avgPool, globalAvgPool, maxPool } from './pooling.js';
import type { Context, Gradients, Result, Rule } from './rule.js';
import { layerNorm, layerScale, multiply, rescale } from './scaling.js';
import { channelShuffle, concat, custom, flatten, input, sliceChannels, zeroPad } from './structure.js';

/*
 * Forward and backward pass of a graph in float64 and plain TypeScript. It shares no code with the package or its
 * backends but the graph, so it is an independent judge of every gradient; finite differences judge it in turn.
 */

const rules: { readonly [K in OpName]: Rule<K> } = {
  input,
  conv2d,
  dense,
  batchNorm,
  activation,
  leakyRelu,
  add,
  multiply,
  concat,
  layerNorm,
  layerScale,
  rescale,
  sliceChannels,
  channelShuffle,
  maxPool,
  avgPool,
  globalAvgPool,
  adaptiveAvgPool,
  zeroPad,
  flatten,
  dropout,
  custom,
};

export interface ReferenceOptions {
  /** By path; a norm none of whose parameters is trained is frozen. All by default. */
  readonly trained?: (path: string) => boolean;
  /** Factors of dropout, by node path. */
  readonly masks?: ReadonlyMap<string, Array64>;
  /** Branches that activations must take, by node path. */
  readonly forced?: ReadonlyMap<string, Uint8Array>;
}

export interface Trace {
  readonly contexts: readonly Context[];
  readonly results: readonly Result[];
  readonly inputs: readonly (readonly Array64[])[];
  readonly output: Array64;
  /** By parameter path. */
  readonly running: ReadonlyMap<string, Array64>;
}

const ruleOf = (node: AnyNode): Rule<OpName> => rules[node.op] as unknown as Rule<OpName>;

export function contextOf<K extends OpName>(
  node: Node<K>,
  params: readonly Array64[],
  { trained = () => true, masks, forced }: ReferenceOptions = {},
): Context<K> {
  const isTrained = node.params.some((spec) => spec.role !== 'mean' && spec.role !== 'variance' && trained(spec.path));
  return { node, params, frozen: !isTrained, mask: masks?.get(node.path), forced: forced?.get(node.path) };
}

export function forwardNode(node: AnyNode, inputs: readonly Array64[], context: Context): Result {
  return ruleOf(node).forward(inputs, context);
}

export function backwardNode(
  node: AnyNode,
  dy: Array64,
  inputs: readonly Array64[],
  result: Result,
  context: Context,
): Gradients {
  return ruleOf(node).backward(dy, inputs, result, context);
}

function forward(
  graph: Graph,
  params: ReadonlyMap<string, Array64>,
  x: Array64,
  options: ReferenceOptions = {},
): Trace {
  const contexts: Context[] = [];
  const results: Result[] = [];
  const inputsOf: Array64[][] = [];
  const running = new Map<string, Array64>();
  for (const node of graph.nodes) {
    const inputs = node.op === 'input' ? [x] : node.inputs.map((id) => (results[id] as Result).y);
    const values = node.params.map((spec) => running.get(spec.path) ?? (params.get(spec.path) as Array64));
    const context = contextOf(node as Node, values, options);
    const result = forwardNode(node, inputs, context);
    for (const { role, path } of node.params) {
      const statistic = result.running?.[role];
      if (statistic !== undefined) running.set(path, statistic);
    }
    contexts.push(context);
    results.push(result);
    inputsOf.push(inputs);
  }
  return { contexts, results, inputs: inputsOf, output: (results[graph.output] as Result).y, running };
}

/** Gradients of every parameter by path, and of the input, given that of the output. */
function backward(graph: Graph, trace: Trace, gradient: Array64): { params: Map<string, Array64>; x: Array64 } {
  const byNode = new Map<NodeId, Array64>([[graph.output, gradient]]);
  const params = new Map<string, Array64>();
  let x: Array64 | undefined;
  for (const node of graph.nodes.toReversed()) {
    const dy = byNode.get(node.id);
    if (dy === undefined) continue;
    const result = backwardNode(
      node,
      dy,
      trace.inputs[node.id] as readonly Array64[],
      trace.results[node.id] as Result,
      trace.contexts[node.id] as Context,
    );
    if (node.op === 'input') x = result.inputs[0];
    node.inputs.forEach((id, i) => {
      byNode.set(id, sum(byNode.get(id), result.inputs[i] as Array64));
    });
    node.params.forEach(({ path }, i) => {
      const d = result.params?.[i];
      if (d !== undefined) params.set(path, sum(params.get(path), d));
    });
  }
  return { params, x: x ?? zeros([]) };
}

const sum = (a: Array64 | undefined, b: Array64): Array64 =>
  a === undefined ? b : mapped(a, (value, i) => value + (b.data[i] as number));

/** Mean cross entropy of the softmax, by its definition: -sum of target * log(probability). */
export function crossEntropy(
  logits: Array64,
  labels: ArrayLike<number>,
  smoothing = 0,
): { readonly loss: number; readonly gradient: Array64 } {
  const [batch = 1, classes = 1] = logits.shape;
  const gradient = zeros(logits.shape);
  let loss = 0;
  for (let n = 0; n < batch; n++) {
    const row = logits.data.subarray(n * classes, (n + 1) * classes);
    const peak = Math.max(...row);
    const total = row.reduce((s, logit) => s + Math.exp(logit - peak), 0);
    for (let c = 0; c < classes; c++) {
      const target = (1 - smoothing) * (c === labels[n] ? 1 : 0) + smoothing / classes;
      const log = (row[c] as number) - peak - Math.log(total);
      loss -= (target * log) / batch;
      gradient.data[n * classes + c] = (Math.exp(log) - target) / batch;
    }
  }
  return { loss, gradient };
}

/** Loss, gradients and new running statistics of one batch in training mode. */
export function lossAndGradients(
  graph: Graph,
  params: ReadonlyMap<string, Array64>,
  x: Array64,
  labels: ArrayLike<number>,
  options: ReferenceOptions & { readonly smoothing?: number } = {},
): { loss: number; gradients: Map<string, Array64>; trace: Trace } {
  const trace = forward(graph, params, x, options);
  const { loss, gradient } = crossEntropy(trace.output, labels, options.smoothing);
  return { loss, gradients: backward(graph, trace, gradient).params, trace };
}
