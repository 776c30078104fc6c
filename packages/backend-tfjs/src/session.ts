import { type Float32Tensor, float32Tensor, type Graph, type NodeId, type Parameters, type ParamSpec } from '@convzoo/layers';
import { checkInput, prepareNetwork, type PrepareOptions, RuntimeError, type RunResult, type Session } from '@convzoo/runtime';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { compileNode } from './compile/compilers.js';
import type { Step } from './compile/step.js';
import type { Kernels } from './kernels/kernels.js';

/** What a session needs of its backend. */
export interface SessionHost {
  readonly name: string;
  readonly kernels: Kernels;
  /** Makes this tfjs backend the active one: tfjs has one at a time for the whole process. */
  activate(): Promise<void>;
}

/** A network on one tfjs backend, its weights kept there. */
export class TfjsSession implements Session {
  readonly backend: string;
  readonly graph: Graph;
  readonly #host: SessionHost;
  readonly #plan: Graph;
  readonly #steps: readonly Step[];
  /** Ids of the nodes whose results are last read by each node. */
  readonly #lastReads: readonly (readonly NodeId[])[];
  readonly #tensors: Tensor[];
  #disposed = false;

  static async create(host: SessionHost, graph: Graph, params: Parameters, options: PrepareOptions): Promise<TfjsSession> {
    const prepared = prepareNetwork(graph, params, options);
    await host.activate();
    return new TfjsSession(host, graph, prepared.graph, prepared.params);
  }

  private constructor(host: SessionHost, graph: Graph, plan: Graph, params: Parameters) {
    this.#host = host;
    this.backend = host.name;
    this.graph = graph;
    this.#plan = plan;
    this.#tensors = [];
    const weights = new Map<string, Tensor>();
    const keep = <T extends Tensor>(tensor: T): T => {
      this.#tensors.push(tensor);
      return tensor;
    };
    const weight = (spec: ParamSpec): Tensor => {
      const known = weights.get(spec.path);
      if (known !== undefined) return known;
      const tensor = params.get(spec.path);
      if (tensor === undefined) throw new RuntimeError('missing-parameter', `No value for parameter ${spec.path}.`);
      const uploaded = keep(tf.tensor(tensor.data, [...spec.shape], 'float32'));
      weights.set(spec.path, uploaded);
      return uploaded;
    };
    this.#steps = plan.nodes.map((node) => compileNode(node, { graph: plan, kernels: host.kernels, weight, keep }));
    this.#lastReads = lastReads(plan);
  }

  async run(input: Float32Tensor): Promise<RunResult> {
    this.#assertAlive();
    const batch = checkInput(this.graph, input);
    await this.#host.activate();
    this.#assertAlive();
    // From here to the end of `compute` nothing waits, so no other session can change the active backend.
    const results = this.#compute(tf.tensor(input.data, [batch, ...input.shape.slice(1)], 'float32'));
    const read = async (id: NodeId): Promise<Float32Tensor> => {
      const tensor = results.get(id);
      if (tensor === undefined) throw new RangeError(`node ${id} has no result`);
      return float32Tensor([...tensor.shape], await tensor.data<'float32'>());
    };
    try {
      const taps: Record<string, Float32Tensor> = {};
      for (const [name, id] of Object.entries(this.#plan.taps)) taps[name] = await read(id);
      return { output: await read(this.#plan.output), taps };
    } finally {
      tf.dispose([...results.values()]);
    }
  }

  /** Runs every step and frees each result after its last reader. Returns the output and the taps. */
  #compute(input: Tensor): Map<NodeId, Tensor> {
    const values = new Map<NodeId, Tensor>();
    try {
      for (const node of this.#plan.nodes) {
        const step = this.#steps[node.id];
        const inputs = node.op === 'input' ? [input] : node.inputs.map((id) => values.get(id));
        if (step === undefined || !inputs.every((x) => x !== undefined)) throw new RangeError(`${node.path} cannot run yet`);
        values.set(node.id, step(inputs));
        for (const id of this.#lastReads[node.id] ?? []) {
          values.get(id)?.dispose();
          values.delete(id);
        }
      }
      return values;
    } catch (error) {
      tf.dispose([...values.values()]);
      throw error;
    } finally {
      input.dispose();
    }
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#host.activate();
    tf.dispose(this.#tensors);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.dispose();
  }

  #assertAlive(): void {
    if (this.#disposed) {
      throw new RuntimeError('session-disposed', `This session of ${this.graph.name} was disposed; prepare a new one.`);
    }
  }
}

/** For each node, whose results nobody reads after it; output and taps are never among them. */
function lastReads(graph: Graph): NodeId[][] {
  const last = new Map<NodeId, NodeId>();
  for (const node of graph.nodes) {
    last.set(node.id, node.id);
    for (const id of node.inputs) last.set(id, node.id);
  }
  for (const id of [graph.output, ...Object.values(graph.taps)]) last.delete(id);
  const reads: NodeId[][] = graph.nodes.map(() => []);
  for (const [id, reader] of last) reads[reader]?.push(id);
  return reads;
}
