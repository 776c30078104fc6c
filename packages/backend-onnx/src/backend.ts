import { freeArray, type Graph, type Parameters } from '@convzoo/layers';
import {
  assertSupported,
  type Backend,
  type PrepareOptions,
  type Session,
  type UnsupportedNode,
} from '@convzoo/runtime';
import type { OrtLibrary, OrtSessionOptions } from './library.js';
import { OnnxSession } from './session.js';
import { toOnnx } from './to-onnx.js';

/** onnxruntime as a backend: the network is written as ONNX in memory, and a session made from that. */
export class OnnxBackend implements Backend {
  readonly name = 'ort';
  readonly description: string;
  readonly #library: OrtLibrary;
  readonly #options: OrtSessionOptions;

  constructor(library: OrtLibrary, description: string, options: OrtSessionOptions) {
    this.#library = library;
    this.description = description;
    this.#options = options;
  }

  unsupported(graph: Graph): readonly UnsupportedNode[] {
    return graph.nodes.flatMap(({ path, op }) =>
      op === 'custom' ? [{ path, op, reason: 'ONNX has no op for JavaScript from outside the vocabulary' }] : [],
    );
  }

  /** @throws OnnxError `model-too-large` beyond 2 GiB, and as {@link Backend.prepare} */
  async prepare(graph: Graph, params: Parameters, options: PrepareOptions = {}): Promise<Session> {
    assertSupported(this, graph);
    const { bytes, ...ports } = toOnnx(graph, params, { ...options, layout: 'channels-last' });
    // onnxruntime has its own copy of the weights then.
    const session = await this.#library.InferenceSession.create(bytes, this.#options).finally(() =>
      freeArray(new Uint8Array(bytes.buffer)),
    );
    return new OnnxSession(graph, this.#library, session, ports);
  }
}
