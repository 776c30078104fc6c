import type { Float32Tensor } from '@convzoo/layers';
import type { RunResult } from '@convzoo/runtime';
import { AppError } from '../errors/app-error.js';
import { codeOf } from '../errors/plain-error.js';
import { Backends } from './backends/backends.js';
import { BackendChoice, type Chosen } from './backends/choice.js';
import type { LoadedBackend } from './backends/loaded-backend.js';
import type { BackendInfo, BackendWish } from './backends/types.js';
import type { LoadedNetwork } from './networks/loaded.js';
import { Networks } from './networks/networks.js';
import { Pictures } from './pictures.js';
import { Sessions } from './sessions.js';

export interface Ran extends RunResult {
  readonly backend: BackendInfo;
  readonly milliseconds: number;
}

/** Codes of errors after which a backend is of no more use, but a new one may be. */
const LOST: readonly (string | undefined)[] = ['worker-lost', 'backend-disposed', 'session-disposed'];

/** What services share: every network, picture, session and backend of the page is here, in the worker. */
export class ComputeContext {
  readonly networks = new Networks();
  readonly pictures = new Pictures();
  readonly backends = new Backends();
  readonly sessions = new Sessions(this.backends);
  readonly choice = new BackendChoice(this.backends);
  #last: Promise<unknown> = Promise.resolve();

  /**
   * Runs a network on the backend that the user wants. One whose device is lost is started anew; where that fails too the
   * engine takes over, and the answer says so. Runs wait for one another: two at once would time each other.
   *
   * @param taps nodes or taps of the graph whose results are wanted beside the output
   * @throws RuntimeError, EngineError, AppError `backend-lost`
   */
  run(network: LoadedNetwork, wish: BackendWish, input: Float32Tensor, taps: readonly string[] = []): Promise<Ran> {
    return this.exclusively(() => this.#run(network, wish, input, taps));
  }

  /** Does work while nothing else of this kind runs. Work that waits for other such work waits for ever. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #run(network: LoadedNetwork, wish: BackendWish, input: Float32Tensor, taps: readonly string[]): Promise<Ran> {
    const chosen = await this.choice.choose(network, wish);
    try {
      return await this.#attempt(network, chosen, input, taps);
    } catch (error) {
      if (!(await this.#isLost(chosen, error))) throw error;
      return this.#again(network, chosen, input, taps);
    }
  }

  async #again(network: LoadedNetwork, chosen: Chosen, input: Float32Tensor, taps: readonly string[]): Promise<Ran> {
    await this.#drop(chosen);
    try {
      return await this.#attempt(network, chosen, input, taps);
    } catch (error) {
      const { backend } = chosen.candidate;
      if (backend === 'engine') throw error;
      await this.#drop(chosen);
      const problem = error instanceof Error ? error.message : String(error);
      const { candidate } = await this.choice.choose(network, { backend: 'engine' });
      return this.#attempt(network, { candidate, reason: { kind: 'instead', of: backend, problem } }, input, taps);
    }
  }

  async #attempt(
    network: LoadedNetwork,
    { candidate, reason }: Chosen,
    input: Float32Tensor,
    taps: readonly string[],
  ): Promise<Ran> {
    const loaded = await this.backends.load(candidate);
    if (loaded.isLost()) throw lost(candidate.backend);
    const session = await this.sessions.prepare(network, candidate, taps);
    const start = performance.now();
    const result = await unlessLost(loaded, candidate.backend, session.run(input));
    const milliseconds = performance.now() - start;
    // Zeros alone are what a lost context answers, sometimes before the loss is known.
    const nothing = GRAPHICS.includes(candidate.backend) && result.output.data.every((value) => value === 0);
    if (loaded.isLost() || nothing) throw lost(candidate.backend);
    const { description } = loaded.backend;
    const backend: BackendInfo = { ...candidate, description, reason, tensors: loaded.tensors?.() };
    return { ...result, backend, milliseconds };
  }

  async #isLost({ candidate }: Chosen, error: unknown): Promise<boolean> {
    if (LOST.includes(codeOf(error)) || codeOf(error) === 'backend-lost') return true;
    const loaded = await this.backends.load(candidate).catch(() => undefined);
    return loaded?.isLost() ?? false;
  }

  async #drop({ candidate }: Chosen): Promise<void> {
    this.sessions.forget(candidate);
    await this.backends.drop(candidate);
  }
}

const GRAPHICS: readonly string[] = ['webgl', 'webgpu'];

/** How often it is asked whether a device is still there, in milliseconds. */
const WATCH = 250;

/** A run on a device that is lost may never end. */
async function unlessLost<T>(loaded: LoadedBackend, backend: string, running: Promise<T>): Promise<T> {
  let watch: ReturnType<typeof setInterval> | undefined;
  const loss = new Promise<never>((_, reject) => {
    watch = setInterval(() => {
      if (loaded.isLost()) reject(lost(backend));
    }, WATCH);
  });
  try {
    return await Promise.race([running, loss]);
  } finally {
    clearInterval(watch);
  }
}

const lost = (backend: string): AppError =>
  new AppError('backend-lost', `The device that ${backend} computes on was lost.`);
