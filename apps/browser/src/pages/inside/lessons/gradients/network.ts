import { type AnyNode, type Graph, type NodeId, nodeAt, type ParamSpec, paramsOf, sizeOf } from '@convzoo/layers';
import { batchNorm } from './batch-norm.js';
import { add, globalAvgPool, relu } from './elementwise.js';
import { conv2d, dense } from './linear.js';
import { normal, uniform } from './random.js';
import { type Backward, type Context, type Forward, present, type Values } from './rule.js';

/** Values of a network's parameters, by path. */
export type Weights = ReadonlyMap<string, Values>;

/** A forward pass: everything that the way back needs. */
export interface Pass {
  readonly graph: Graph;
  readonly batch: number;
  readonly weights: Weights;
  readonly results: readonly Forward[];
}

export interface Gradients {
  /** Of every node's result. A node that the loss does not depend on has none. */
  readonly nodes: ReadonlyMap<NodeId, Values>;
  /** Of every trained parameter, by path. */
  readonly params: ReadonlyMap<string, Values>;
}

/** Runs a network in training mode, in double precision: at 152 blocks gradients leave the range of single precision. */
export function forward(graph: Graph, weights: Weights, x: Values): Pass {
  const first = present(graph.nodes.find(({ op }) => op === 'input'));
  const batch = x.length / sizeOf(first.shape);
  const results: Forward[] = [];
  for (const node of graph.nodes) {
    results.push(
      node.op === 'input' ? { y: x } : forwardNode(node, contextOf(node, { graph, batch, weights, results })),
    );
  }
  return { graph, batch, weights, results };
}

/** Reverse-mode differentiation: from the gradient of the output to those of all results and parameters. */
export function backward(pass: Pass, dy: Values): Gradients {
  const { graph } = pass;
  const nodes = new Map<NodeId, Values>([[graph.output, dy]]);
  const params = new Map<string, Values>();
  for (const node of graph.nodes.toReversed()) {
    const gradient = nodes.get(node.id);
    if (gradient === undefined || node.op === 'input') continue;
    const back = backwardNode(node, gradient, present(pass.results[node.id]), contextOf(node, pass));
    for (const [i, id] of node.inputs.entries()) accumulate(nodes, id, back.inputs[i]);
    for (const [i, { path }] of node.params.entries()) accumulate(params, path, back.params[i]);
  }
  return { nodes, params };
}

/** Mean cross entropy of the softmax, and its gradient: probability minus target, over the batch. */
export function crossEntropy(logits: Values, labels: readonly number[]): { loss: number; gradient: Values } {
  const classes = logits.length / labels.length;
  const gradient = new Float64Array(logits.length);
  let loss = 0;
  for (const [row, label] of labels.entries()) {
    const own = logits.subarray(row * classes, (row + 1) * classes);
    const peak = Math.max(...own);
    const sum = own.reduce((total, logit) => total + Math.exp(logit - peak), 0);
    loss += (Math.log(sum) + peak - (own[label] ?? 0)) / labels.length;
    own.forEach((logit, i) => {
      gradient[row * classes + i] = (Math.exp(logit - peak) / sum - (i === label ? 1 : 0)) / labels.length;
    });
  }
  return { loss, gradient };
}

/**
 * Starting values: kernels normal with deviation `gain * sqrt(2 / fan_in)` (He et al., "Delving Deep into Rectifiers", 2015,
 * equation 10, for a gain of 1), norms the identity.
 */
export function startingWeights(graph: Graph, seed: number, gain = 1): Map<string, Values> {
  const next = uniform(seed);
  const startOf = ({ role, shape }: ParamSpec): Values => {
    if (role === 'kernel') return normal(sizeOf(shape), gain * Math.sqrt(2 / sizeOf(shape.slice(0, -1))), next);
    return new Float64Array(sizeOf(shape)).fill(role === 'scale' || role === 'variance' ? 1 : 0);
  };
  return new Map(paramsOf(graph).map((spec) => [spec.path, startOf(spec)]));
}

function contextOf(node: AnyNode, { graph, batch, weights, results }: Pass): Context {
  return {
    batch,
    inputs: node.inputs.map((id) => present(results[id]).y),
    inputShapes: node.inputs.map((id) => nodeAt(graph, id).shape),
    params: node.params.map(({ path }) => present(weights.get(path))),
  };
}

function forwardNode(node: AnyNode, context: Context): Forward {
  switch (node.op) {
    case 'conv2d':
      return conv2d.forward(node, context);
    case 'dense':
      return dense.forward(node, context);
    case 'batchNorm':
      return batchNorm.forward(node, context);
    case 'activation':
      return relu.forward(node, context);
    case 'add':
      return add.forward(node, context);
    case 'globalAvgPool':
      return globalAvgPool.forward(node, context);
    default:
      throw new RangeError(`${node.path}: ${node.op} is not differentiated here`);
  }
}

function backwardNode(node: AnyNode, dy: Values, result: Forward, context: Context): Backward {
  switch (node.op) {
    case 'conv2d':
      return conv2d.backward(node, dy, result, context);
    case 'dense':
      return dense.backward(node, dy, result, context);
    case 'batchNorm':
      return batchNorm.backward(node, dy, result, context);
    case 'activation':
      return relu.backward(node, dy, result, context);
    case 'add':
      return add.backward(node, dy, result, context);
    case 'globalAvgPool':
      return globalAvgPool.backward(node, dy, result, context);
    default:
      throw new RangeError(`${node.path}: ${node.op} is not differentiated here`);
  }
}

function accumulate<K>(sums: Map<K, Values>, key: K, gradient: Values | undefined): void {
  if (gradient === undefined) return;
  const sum = sums.get(key);
  // A new array: the sum of a residual block hands the same one to branch and shortcut.
  sums.set(key, sum === undefined ? gradient : sum.map((value, i) => value + (gradient[i] ?? 0)));
}
