import { type Float32Tensor, float32Tensor, type Graph } from '@convzoo/layers';
import { checkInput, type NodeTime, type RunResult, RuntimeError, type Session } from '@convzoo/runtime';
import type { OnnxPorts } from './export/network.js';
import type { OrtLibrary, OrtSession, OrtTensor } from './library.js';

/** Times of the network's nodes in a session of its own, which `run` runs. */
export type LayerTimer = (run: (session: OrtSession) => Promise<unknown>) => Promise<readonly NodeTime[]>;

/** A network in a session of onnxruntime. */
export class OnnxSession implements Session {
  readonly backend = 'ort';
  readonly graph: Graph;
  readonly #library: OrtLibrary;
  readonly #session: OrtSession;
  readonly #ports: OnnxPorts;
  #last: Promise<unknown> = Promise.resolve();
  #disposed = false;
  /** Where it was prepared for it. */
  readonly profile?: NonNullable<Session['profile']>;

  constructor(graph: Graph, library: OrtLibrary, session: OrtSession, ports: OnnxPorts, timer?: LayerTimer) {
    this.graph = graph;
    this.#library = library;
    this.#session = session;
    this.#ports = ports;
    if (timer !== undefined) {
      this.profile = (input) =>
        this.#next(() => {
          this.#check(input);
          return timer((own) => own.run(this.#feeds(input)));
        });
    }
  }

  run(input: Float32Tensor): Promise<RunResult> {
    return this.#next(() => this.#run(input));
  }

  /** onnxruntime-web refuses a run while another is under way, and a session must not be released during one. */
  #next<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  #check(input: Float32Tensor): void {
    if (this.#disposed) {
      throw new RuntimeError('session-disposed', `This session of ${this.graph.name} was disposed; prepare a new one.`);
    }
    checkInput(this.graph, input);
  }

  #feeds(input: Float32Tensor): Readonly<Record<string, OrtTensor>> {
    return { [this.#ports.input.name]: new this.#library.Tensor('float32', input.data, input.shape) };
  }

  async #run(input: Float32Tensor): Promise<RunResult> {
    this.#check(input);
    const { output, taps } = this.#ports;
    const results = await this.#session.run(this.#feeds(input));
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
