import { type Float32Tensor, float32Tensor, type Graph } from '@convzoo/layers';
import { checkInput, type RunResult, RuntimeError, type Session } from '@convzoo/runtime';
import type { OnnxPorts } from './export/network.js';
import type { OrtLibrary, OrtSession, OrtTensor } from './library.js';

/** A network in a session of onnxruntime. */
export class OnnxSession implements Session {
  readonly backend = 'ort';
  readonly graph: Graph;
  readonly #library: OrtLibrary;
  readonly #session: OrtSession;
  readonly #ports: OnnxPorts;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;

  constructor(graph: Graph, library: OrtLibrary, session: OrtSession, ports: OnnxPorts) {
    this.graph = graph;
    this.#library = library;
    this.#session = session;
    this.#ports = ports;
  }

  run(input: Float32Tensor): Promise<RunResult> {
    // onnxruntime-web refuses a run while another is under way, and a session must not be released during one.
    const next = this.#last.then(() => this.#run(input));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #run(input: Float32Tensor): Promise<RunResult> {
    if (this.#disposed) {
      throw new RuntimeError('session-disposed', `This session of ${this.graph.name} was disposed; prepare a new one.`);
    }
    checkInput(this.graph, input);
    const { input: given, output, taps } = this.#ports;
    const results = await this.#session.run({
      [given.name]: new this.#library.Tensor('float32', input.data, input.shape),
    });
    return {
      output: read(results[output.name]),
      taps: Object.fromEntries([...taps].map(([tap, { name }]) => [tap, read(results[name])])),
    };
  }

  /** Runs that wait are refused; the one that is under way still ends. */
  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    await this.#last;
    await this.#session.release();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.dispose();
  }
}

function read(tensor: OrtTensor | undefined): Float32Tensor {
  if (!(tensor?.data instanceof Float32Array)) throw new RangeError('onnxruntime gave no float32 result');
  return float32Tensor([...tensor.dims], tensor.data);
}
