import type { TfjsBackend } from '@convzoo/backend-tfjs';
import { type Graph, inputOf, type NodeId, type ParamSpec } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { gradientStep } from './gradients/index.js';
import type { Forward, GradientStep } from './gradients/rule.js';
import { planTraining, releasesAfter, type TrainingPlan } from './plan.js';
import { hash32, hashText } from './random.js';

export interface DifferentiateOptions {
  /** Which parameters are trained; by default all. Running statistics never are: frozen norms keep theirs. */
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

/** A forward pass in training mode: its result, and what backward needs. Use each once, then dispose it. */
export interface Tape {
  readonly output: Tensor;
  /** New running statistics, by path; the caller owns them. */
  readonly updates: ReadonlyMap<string, Tensor>;
  /** Gradients by parameter path, given that of the output; frees the tape as it goes. The caller owns them. */
  backward(gradient: Tensor): Map<string, Tensor>;
  /** Frees what the tape still holds, but not the updates. */
  dispose(): void;
}

/** Reverse-mode differentiation over a graph: one rule per op kind, no tape of a tensor library behind it. */
export class DifferentiableGraph {
  readonly #plan: TrainingPlan;
  readonly #steps: readonly GradientStep[];
  /** Results that can go once a node has run, by node. */
  readonly #releases: readonly (readonly NodeId[])[];
  readonly #kept: Tensor[] = [];

  /** @throws TrainingError `no-gradient` where a custom op that needs a gradient has none */
  constructor(graph: Graph, backend: TfjsBackend, { trained = () => true, seed = 0 }: DifferentiateOptions = {}) {
    this.#plan = planTraining(graph, trained);
    const { active, frozenNorms } = this.#plan;
    try {
      this.#steps = this.#plan.graph.nodes.map((node) =>
        gradientStep({
          graph: this.#plan.graph,
          node,
          kernels: backend.kernels,
          active: active.has(node.id),
          frozen: frozenNorms.has(node.id),
          isTrained: (path) => this.trained.has(path),
          randomStream: (step) => hash32(hashText(node.path) ^ seed, step),
          keep: (tensor) => {
            this.#kept.push(tensor);
            return tensor;
          },
        }),
      );
    } catch (error) {
      this.dispose();
      throw error;
    }
    this.#releases = releasesAfter(this.#plan, this.#steps);
  }

  /** Paths of the parameters that get gradients. */
  get trained(): ReadonlySet<string> {
    return this.#plan.trained;
  }

  /** Shape of one example of the input. */
  get inputShape(): readonly number[] {
    return inputOf(this.#plan.graph).shape;
  }

  /** Runs the network in training mode. `x`, of `[batch, ...inputShape]`, is not disposed. */
  forward(x: Tensor, variables: Variables, step: number): Tape {
    const entries: TapeEntry[] = [];
    const updates = new Map<string, Tensor>();
    try {
      for (const node of this.#plan.graph.nodes) {
        const inputs = node.op === 'input' ? [x] : node.inputs.map((id) => present(entries[id]).y);
        // A norm that two places share updates its statistics twice.
        const params = node.params.map(({ path }) => present(updates.get(path) ?? variables.get(path)));
        const result = present(this.#steps[node.id]).forward(inputs, params, step);
        for (const [path, tensor] of result.updates ?? []) {
          updates.get(path)?.dispose();
          updates.set(path, tensor);
        }
        entries.push({ ...result, inputs, params });
        for (const id of this.#releases[node.id] ?? []) entries[id]?.y.dispose();
      }
    } catch (error) {
      entries.forEach(release);
      tf.dispose([...updates.values()]);
      throw error;
    }
    return {
      output: present(entries[this.#plan.graph.output]).y,
      updates,
      backward: (gradient) => this.#backward(entries, gradient),
      dispose: () => entries.forEach(release),
    };
  }

  #backward(entries: readonly TapeEntry[], gradient: Tensor): Map<string, Tensor> {
    const { graph, active } = this.#plan;
    const byNode = new Map<NodeId, Tensor>([[graph.output, tf.clone(gradient)]]);
    const byPath = new Map<string, Tensor>();
    try {
      for (const node of graph.nodes.toReversed()) {
        const entry = present(entries[node.id]);
        const dy = byNode.get(node.id);
        if (dy !== undefined && active.has(node.id)) {
          const result = present(this.#steps[node.id]).backward(dy, {
            ...entry,
            saved: entry.saved ?? [],
            needsInput: (i) => active.has(node.inputs[i] ?? -1),
          });
          for (const [i, id] of node.inputs.entries()) accumulate(byNode, id, result.inputs[i]);
          for (const [i, { path }] of node.params.entries()) accumulate(byPath, path, result.params?.[i]);
        }
        dy?.dispose();
        // Everything that reads this result comes later in the graph and is done: memory falls as backward goes.
        release(entry);
      }
    } catch (error) {
      entries.forEach(release);
      tf.dispose([...byNode.values(), ...byPath.values()]);
      throw error;
    }
    return byPath;
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
