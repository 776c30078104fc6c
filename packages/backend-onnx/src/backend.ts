import { freeArray, type Graph, type Parameters } from '@convzoo/layers';
import {
  assertSupported,
  type Backend,
  type PrepareOptions,
  type Session,
  type UnsupportedNode,
} from '@convzoo/runtime';
import { exportNetwork } from './export/network.js';
import { type KernelTime, layerTimes } from './layer-times.js';
import type { OrtLibrary, OrtSession, OrtSessionOptions } from './library.js';
import { writeModel } from './proto/write.js';
import { OnnxSession } from './session.js';

/** Runs a model in a session of its own and says how long each kernel took. */
export type KernelProfiler = (
  library: OrtLibrary,
  model: Uint8Array,
  options: OrtSessionOptions,
  run: (session: OrtSession) => Promise<unknown>,
) => Promise<readonly KernelTime[]>;

/** onnxruntime as a backend: the network is written as ONNX in memory, and a session made from that. */
export class OnnxBackend implements Backend {
  readonly name = 'ort';
  readonly description: string;
  readonly #library: OrtLibrary;
  readonly #options: OrtSessionOptions;
  readonly #profiler: KernelProfiler | undefined;

  /** @param profiler where there is a way to time kernels */
  constructor(library: OrtLibrary, description: string, options: OrtSessionOptions, profiler?: KernelProfiler) {
    this.#library = library;
    this.description = description;
    this.#options = options;
    this.#profiler = profiler;
  }

  unsupported(graph: Graph): readonly UnsupportedNode[] {
    return graph.nodes.flatMap(({ path, op }) =>
      op === 'custom' ? [{ path, op, reason: 'ONNX has no op for JavaScript from outside the vocabulary' }] : [],
    );
  }

  /** @throws OnnxError `model-too-large` beyond 2 GiB, and as {@link Backend.prepare} */
  async prepare(graph: Graph, params: Parameters, options: PrepareOptions = {}): Promise<Session> {
    assertSupported(this, graph);
    const { model, paths, ...ports } = exportNetwork(graph, params, { ...options, layout: 'channels-last' });
    const bytes = writeModel(model);
    const [library, profiler] = [this.#library, options.profile === true ? this.#profiler : undefined];
    const session = await library.InferenceSession.create(bytes, this.#options).finally(() => {
      // onnxruntime has its own copy of the weights then.
      if (profiler === undefined) freeArray(new Uint8Array(bytes.buffer));
    });
    if (profiler === undefined) return new OnnxSession(graph, library, session, ports);
    const written = new Set(model.graph.nodes.map(({ name }) => name));
    return new OnnxSession(graph, library, session, ports, async (run) =>
      layerTimes(await profiler(library, bytes, this.#options, run), paths, written),
    );
  }
}
