import { availableThreads } from '@convzoo/engine';
import { type Float32Tensor, float32Tensor, sizeOf } from '@convzoo/layers';
import type { Session } from '@convzoo/runtime';
import type { LoadedNetwork } from '../networks/loaded.js';
import { type Backends, candidateKey } from './backends.js';
import { type BackendReason, type BackendWish, backendNames, type Candidate, type Measurement } from './types.js';

/** Above it a run takes so long that more threads always pay, and a second copy of the weights would be felt. */
const LARGE_MACS = 1e9;
/** A trial of one backend ends after so many runs, or milliseconds. */
const MAX_RUNS = 12;
const MAX_MILLISECONDS = 150;

export interface Chosen {
  readonly candidate: Candidate;
  readonly reason: BackendReason;
}

/** Which backend runs a network: the user's, or the fastest in a trial on that very network. */
export class BackendChoice {
  /** By network. */
  readonly #measured = new Map<string, Map<string, Measurement>>();

  constructor(readonly backends: Backends) {}

  async choose(network: LoadedNetwork, { backend, threads }: BackendWish): Promise<Chosen> {
    const most = availableThreads().threads;
    if (backend !== 'auto') return { candidate: candidate(backend, threads ?? most), reason: { kind: 'asked' } };
    if (threads !== undefined) return { candidate: candidate('engine', threads), reason: { kind: 'asked' } };
    const measured = this.#of(network);
    if (measured.size === 0) {
      const all = candidate('engine', most);
      if (network.info.cost.macs > LARGE_MACS) return { candidate: all, reason: { kind: 'large' } };
      // Threads cost more than they give where a network is very small.
      for (const each of most > 1 ? [candidate('engine', 1), all] : [all]) await this.#measure(network, each);
    }
    const fastest = best(measured.values()) ?? best(await this.trial(network));
    const { backend: name, threads: count } = fastest ?? candidate('cpu', 1);
    return { candidate: candidate(name, count), reason: { kind: 'fastest', measured: [...measured.values()] } };
  }

  /** Measures every backend there is on a network. What cannot run says why. */
  async trial(network: LoadedNetwork, tell: (done: readonly Measurement[]) => void = () => {}) {
    const most = availableThreads().threads;
    const all = [
      ...(most > 1 ? [candidate('engine', 1)] : []),
      ...backendNames.map((name) => candidate(name, name === 'engine' ? most : 1)),
    ];
    const done: Measurement[] = [];
    for (const each of all) {
      done.push(await this.#measure(network, each));
      tell(done);
    }
    return done;
  }

  #of({ info }: LoadedNetwork): Map<string, Measurement> {
    const there = this.#measured.get(info.key) ?? new Map<string, Measurement>();
    this.#measured.set(info.key, there);
    return there;
  }

  async #measure(network: LoadedNetwork, each: Candidate): Promise<Measurement> {
    const measurement = await measure(this.backends, network, each);
    this.#of(network).set(candidateKey(each), measurement);
    return measurement;
  }
}

const candidate = (backend: Candidate['backend'], threads: number): Candidate => ({
  backend,
  threads: backend === 'engine' ? threads : 1,
});

function best(measurements: Iterable<Measurement>): Measurement | undefined {
  const timed = [...measurements].filter(({ milliseconds }) => milliseconds !== undefined);
  return timed.sort((a, b) => (a.milliseconds ?? 0) - (b.milliseconds ?? 0))[0];
}

async function measure(backends: Backends, network: LoadedNetwork, each: Candidate): Promise<Measurement> {
  const { backend, threads } = each;
  try {
    const loaded = await backends.load(each);
    const [missing] = loaded.backend.unsupported(network.graph);
    if (missing !== undefined) return { backend, threads, milliseconds: undefined, problem: missing.reason };
    await using session = await loaded.backend.prepare(network.graph, network.params);
    const milliseconds = await least(session, inputFor(network));
    return { backend, threads, milliseconds, problem: undefined };
  } catch (error) {
    return {
      backend,
      threads,
      milliseconds: undefined,
      problem: error instanceof Error ? error.message : String(error),
    };
  }
}

async function least(session: Session, input: Float32Tensor): Promise<number> {
  // The first run compiles, and packs weights.
  await session.run(input);
  const start = performance.now();
  let shortest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < MAX_RUNS && performance.now() - start < MAX_MILLISECONDS; run++) {
    const before = performance.now();
    await session.run(input);
    shortest = Math.min(shortest, performance.now() - before);
  }
  return shortest;
}

function inputFor({ info }: LoadedNetwork): Float32Tensor {
  const shape = [1, ...info.input];
  return float32Tensor(shape, new Float32Array(sizeOf(shape)).fill(0.5));
}
