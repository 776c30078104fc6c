import type { Float32Tensor, Graph, Parameters } from '@convzoo/layers';

/** A node that a backend cannot run. */
export interface UnsupportedNode {
  readonly path: string;
  readonly op: string;
  readonly reason: string;
}

export interface PrepareOptions {
  /** Results that every run returns beside the output: taps of the graph or paths of nodes. */
  readonly taps?: readonly string[];
  /**
   * Whether to fold BatchNorm, fuse activations and drop dead nodes first; on by default. Results that are tapped stay
   * as they are either way.
   */
  readonly optimise?: boolean;
  /**
   * Gives the parameters away: a backend that copies them may free each array when it has, so that weights are not held twice.
   * Afterwards they may be empty. Off by default.
   */
  readonly consume?: boolean;
  /**
   * Whether `profile` will be asked for. Some backends can time nodes only in sessions that were made for it, at some cost of
   * memory; the others always can. Off by default.
   */
  readonly profile?: boolean;
  /**
   * A name of the values, equal for no others, e.g. of the file that they are read from: a backend that caches its own form of
   * them need not look at them to know them again.
   */
  readonly fingerprint?: string | undefined;
}

/** What a network answers: the batch axis comes first, maps are NHWC. */
export interface RunResult {
  readonly output: Float32Tensor;
  readonly taps: Readonly<Record<string, Float32Tensor>>;
}

/** How long one node of the prepared network took. */
export interface NodeTime {
  /** Its path; nodes that were folded or fused into it have no time of their own. */
  readonly path: string;
  readonly seconds: number;
}

/** A network prepared on a backend: weights are there, the schedule is made. Prepare once, run many times. */
export interface Session extends AsyncDisposable {
  /** Name of the backend, e.g. `wasm`. */
  readonly backend: string;
  /** The network as it was given, before optimisation. */
  readonly graph: Graph;
  /**
   * @param input `[batch, height, width, channels]`, or `[batch, features]`; any batch size. Its array is read before the
   *   promise resolves, and must not change until then
   * @throws RuntimeError `wrong-input-shape`, `session-disposed`
   */
  run(input: Float32Tensor): Promise<RunResult>;
  /**
   * Runs once and says how long each node of the prepared network took, in its order. Absent where the backend cannot tell,
   * as those that queue their work on a GPU, and where it has to be prepared for and was not (`PrepareOptions.profile`).
   *
   * @throws RuntimeError as `run`
   */
  profile?(input: Float32Tensor): Promise<readonly NodeTime[]>;
  /** Frees what the session holds. A second call does nothing. */
  dispose(): Promise<void>;
}

/** Something that computes networks. */
export interface Backend {
  /** Short name, as users type it: `wasm`, `cpu`, `tensorflow`. */
  readonly name: string;
  /** What it is, with the facts that decide its speed: library, version, SIMD, threads. */
  readonly description: string;
  /** The nodes it cannot run; empty where it runs the whole graph. */
  unsupported(graph: Graph): readonly UnsupportedNode[];
  /**
   * The values of `params` are read before the promise resolves; what becomes of the arrays later is no matter.
   *
   * @throws RuntimeError `unsupported-op`, `missing-parameter`, `wrong-parameter-shape`
   */
  prepare(graph: Graph, params: Parameters, options?: PrepareOptions): Promise<Session>;
}
