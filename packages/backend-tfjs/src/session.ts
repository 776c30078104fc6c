import {
  type Float32Tensor,
  float32Tensor,
  type Graph,
  type NodeId,
  type Parameters,
  type ParamSpec,
} from '@convzoo/layers';
import {
  checkInput,
  type NodeTime,
  type PreparedNetwork,
  type PrepareOptions,
  prepareNetwork,
  type RunResult,
  RuntimeError,
  type Session,
} from '@convzoo/runtime';
import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { compileNode } from './compile/compilers.js';
import type { Step } from './compile/step.js';
import type { Kernels } from './kernels/kernels.js';

/** What a session needs of its backend. */
export interface SessionHost {
  readonly name: string;
  readonly kernels: Kernels;
  /** Runs `compute`, which does not wait, with this tfjs backend active: tfjs has one at a time for the whole process. */
  run<T>(compute: () => T): Promise<T>;
}

/** A network on one tfjs backend, its weights kept there. */
export class TfjsSession implements Session {
  readonly backend: string;
  readonly graph: Graph;
  readonly profile?: NonNullable<Session['profile']>;
  readonly #host: SessionHost;
  readonly #plan: Graph;
  readonly #steps: readonly Step[];
  /** Ids of the nodes whose results are last read by each node. */
  readonly #lastReads: readonly (readonly NodeId[])[];
  readonly #tensors: readonly Tensor[];
  #disposed = false;

  static async create(
    host: SessionHost,
    graph: Graph,
    params: Parameters,
    options: PrepareOptions,
  ): Promise<TfjsSession> {
    const prepared = prepareNetwork(graph, params, options);
    return host.run(() => new TfjsSession(host, graph, prepared.graph, compilePlan(host, prepared)));
  }

  private constructor(host: SessionHost, graph: Graph, plan: Graph, { steps, tensors }: CompiledPlan) {
    this.#host = host;
    this.backend = host.name;
    this.graph = graph;
    this.#plan = plan;
    this.#steps = steps;
    this.#tensors = tensors;
    this.#lastReads = lastReads(plan);
    // Kernels of cpu, wasm and tensorflow are done when they return; those of a GPU are only queued, so are not timed.
    if (!host.name.startsWith('webg')) this.profile = (input) => this.#profile(input);
  }

  async run(input: Float32Tensor): Promise<RunResult> {
    this.#assertAlive();
    checkInput(this.graph, input);
    const results = await this.#host.run(() => {
      this.#assertAlive();
      return this.#compute(tf.tensor(input.data, [...input.shape], 'float32'));
    });
    try {
      return await this.#read(results, input.data);
    } finally {
      tf.dispose([...results.values()]);
    }
  }

  async #profile(input: Float32Tensor): Promise<readonly NodeTime[]> {
    this.#assertAlive();
    checkInput(this.graph, input);
    const times: NodeTime[] = [];
    await this.#host.run(() => {
      this.#assertAlive();
      const x = tf.tensor(input.data, [...input.shape], 'float32');
      let start = performance.now();
      const results = this.#compute(x, (path) => {
        const end = performance.now();
        times.push({ path, seconds: (end - start) / 1000 });
        start = end;
      });
      tf.dispose([...results.values()]);
    });
    return times;
  }

  /** Brings the output and the taps to the host, each in an array of its own. */
  async #read(results: ReadonlyMap<NodeId, Tensor>, input: Float32Array): Promise<RunResult> {
    const given = new Set<ArrayBufferLike>([input.buffer]);
    const read = async (id: NodeId): Promise<Float32Tensor> => {
      const tensor = results.get(id);
      if (tensor === undefined) throw new RangeError(`node ${id} has no result`);
      // Some backends hand out the array that they hold, which may be the caller's input or what another tap is given.
      const data = await tensor.data<'float32'>();
      const own = given.has(data.buffer) ? data.slice() : data;
      given.add(own.buffer);
      return float32Tensor([...tensor.shape], own);
    };
    const output = await read(this.#plan.output);
    const taps: Record<string, Float32Tensor> = {};
    for (const [name, id] of Object.entries(this.#plan.taps)) taps[name] = await read(id);
    return { output, taps };
  }

  /** Runs every step and frees each result after its last reader. Returns the output and the taps. */
  #compute(input: Tensor, ran?: (path: string) => void): Map<NodeId, Tensor> {
    const values = new Map<NodeId, Tensor>();
    try {
      for (const node of this.#plan.nodes) {
        const step = this.#steps[node.id];
        const inputs = node.op === 'input' ? [input] : node.inputs.map((id) => values.get(id));
        if (step === undefined || !inputs.every((x) => x !== undefined)) {
          throw new RangeError(`${node.path} cannot run yet`);
        }
        values.set(node.id, step(inputs));
        for (const id of this.#lastReads[node.id] ?? []) {
          values.get(id)?.dispose();
          values.delete(id);
        }
        ran?.(node.path);
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
    tf.dispose([...this.#tensors]);
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

interface CompiledPlan {
  readonly steps: readonly Step[];
  /** Weights and constants on the backend. */
  readonly tensors: readonly Tensor[];
}

/** Uploads the weights and compiles every node. Leaves nothing on the backend where that fails. */
function compilePlan({ kernels }: SessionHost, { graph, params }: PreparedNetwork): CompiledPlan {
  const tensors: Tensor[] = [];
  const weights = new Map<string, Tensor>();
  const keep = <T extends Tensor>(tensor: T): T => {
    tensors.push(tensor);
    return tensor;
  };
  const weight = (spec: ParamSpec): Tensor => {
    const known = weights.get(spec.path);
    if (known !== undefined) return known;
    const tensor = params.get(spec.path);
    if (tensor === undefined) throw new RuntimeError('missing-parameter', `No value for parameter ${spec.path}.`);
    const uploaded = keep(kernels.upload(tensor));
    weights.set(spec.path, uploaded);
    return uploaded;
  };
  try {
    return { steps: graph.nodes.map((node) => compileNode(node, { graph, kernels, weight, keep })), tensors };
  } catch (error) {
    tf.dispose(tensors);
    throw error;
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
