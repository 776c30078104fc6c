import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { type Graph, inputOf, isTrainable, type NodeId, type ParamSpec } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { gradientStep } from './gradients/index.js';
import type { Forward, GradientStep } from './gradients/rule.js';
import { hash32, hashText } from './random.js';

export interface DifferentiateOptions {
  /** Which parameters are trained; all but running statistics by default. Frozen norms keep their statistics. */
  readonly trained?: (param: ParamSpec) => boolean;
  /** Seed of dropout. */
  readonly seed?: number;
}

/** Values of a graph's parameters on the backend, by path. */
export type Variables = ReadonlyMap<string, Tensor>;

interface TapeEntry extends Forward {
  readonly inputs: readonly Tensor[];
  readonly params: readonly Tensor[];
}

/** A forward pass in training mode: its result, and what backward needs. Use each once. */
export interface Tape {
  readonly output: Tensor;
  /** New running statistics, by path; the caller owns them. */
  readonly updates: ReadonlyMap<string, Tensor>;
  /** Gradients by parameter path, given that of the output; frees the tape. */
  backward(gradient: Tensor): Map<string, Tensor>;
  dispose(): void;
}

/** Reverse-mode differentiation over a graph: one rule per op kind, no tape of a tensor library behind it. */
export class DifferentiableGraph {
  readonly #graph: Graph;
  readonly #steps: readonly GradientStep[];
  /** Nodes that a trained parameter reaches: only they need gradients. */
  readonly #active: ReadonlySet<NodeId>;
  readonly #kept: Tensor[] = [];

  constructor(graph: Graph, backend: TfjsBackend, { trained = isTrainable, seed = 0 }: DifferentiateOptions = {}) {
    this.#graph = graph;
    const trainedPaths = new Set<string>();
    const active = new Set<NodeId>();
    for (const node of graph.nodes) {
      for (const spec of node.params) if (isTrainable(spec) && trained(spec)) trainedPaths.add(spec.path);
      if (node.params.some((spec) => trainedPaths.has(spec.path)) || node.inputs.some((id) => active.has(id))) active.add(node.id);
    }
    this.#active = active;
    this.#steps = graph.nodes.map((node) =>
      gradientStep({
        graph,
        node,
        kernels: backend.kernels,
        isTrained: (path) => trainedPaths.has(path),
        randomStream: (step) => hash32(hashText(node.path) ^ seed, step),
        keep: (tensor) => {
          this.#kept.push(tensor);
          return tensor;
        },
      }),
    );
  }

  /** Runs the network in training mode. `x` is not disposed. */
  forward(x: Tensor, variables: Variables, step: number): Tape {
    const entries: TapeEntry[] = [];
    const updates = new Map<string, Tensor>();
    for (const node of this.#graph.nodes) {
      const inputs = node.op === 'input' ? [x] : node.inputs.map((id) => present(entries[id]).y);
      const params = node.params.map((spec) => present(variables.get(spec.path)));
      const result = present(this.#steps[node.id]).forward(inputs, params, step);
      for (const [path, tensor] of result.updates ?? []) updates.set(path, tensor);
      entries.push({ ...result, inputs, params });
    }
    const dispose = (): void => entries.forEach(release);
    return {
      output: present(entries[this.#graph.output]).y,
      updates,
      backward: (gradient) => this.#backward(entries, gradient),
      dispose,
    };
  }

  #backward(entries: readonly TapeEntry[], gradient: Tensor): Map<string, Tensor> {
    const byNode = new Map<NodeId, Tensor>([[this.#graph.output, tf.clone(gradient)]]);
    const byPath = new Map<string, Tensor>();
    for (const node of this.#graph.nodes.toReversed()) {
      const entry = present(entries[node.id]);
      const dy = byNode.get(node.id);
      if (dy !== undefined && this.#active.has(node.id)) {
        const result = present(this.#steps[node.id]).backward(dy, {
          ...entry,
          saved: entry.saved ?? [],
          needsInput: (i) => this.#active.has(node.inputs[i] ?? -1),
        });
        result.inputs.forEach((d, i) => accumulate(byNode, node.inputs[i] ?? -1, d));
        result.params?.forEach((d, i) => accumulate(byPath, present(node.params[i]).path, d));
      }
      dy?.dispose();
      // Everything that reads this result comes later in the graph and is done: memory falls as backward goes.
      release(entry);
    }
    return byPath;
  }

  /** Shape of one example of the input. */
  get inputShape(): readonly number[] {
    return inputOf(this.#graph).shape;
  }

  dispose(): void {
    tf.dispose(this.#kept);
  }
}

function release(entry: TapeEntry): void {
  entry.y.dispose();
  for (const tensor of entry.saved ?? []) tensor.dispose();
}

function accumulate<K>(sums: Map<K, Tensor>, key: K, gradient: Tensor | undefined): void {
  if (gradient === undefined) return;
  const sum = sums.get(key);
  sums.set(key, sum === undefined ? gradient : tf.add(sum, gradient));
  if (sum !== undefined) tf.dispose([sum, gradient]);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('a value that the graph promises is missing');
  return value;
}
