import type { Session } from '@convzoo/runtime';
import { type Backends, candidateKey } from './backends/backends.js';
import type { Candidate } from './backends/types.js';
import type { LoadedNetwork } from './networks/loaded.js';
import { Recent } from './recent.js';

/** Each holds its network's weights once more; two side by side, and one to go back to. */
const KEPT = 3;

interface Entry {
  readonly session: Promise<Session>;
}

/** Networks prepared on backends, kept for the next picture. */
export class Sessions {
  readonly #entries = new Recent<Entry>(KEPT, ({ session }) => {
    session.then((prepared) => prepared.dispose()).catch(() => undefined);
  });

  constructor(readonly backends: Backends) {}

  /** @param taps results that every run returns beside the output */
  prepare(network: LoadedNetwork, candidate: Candidate, taps: readonly string[] = []): Promise<Session> {
    const key = [candidateKey(candidate), network.info.key, ...taps].join('\n');
    const there = this.#entries.get(key);
    if (there !== undefined) return there.session;
    const session = this.#prepare(network, candidate, taps);
    this.#entries.set(key, { session });
    session.catch(() => this.#entries.delete(key));
    return session;
  }

  async #prepare(network: LoadedNetwork, candidate: Candidate, taps: readonly string[]): Promise<Session> {
    const { backend } = await this.backends.load(candidate);
    return backend.prepare(network.graph, network.params, { taps });
  }

  /** Lets go of every session of a backend. */
  forget(candidate: Candidate): void {
    const start = `${candidateKey(candidate)}\n`;
    this.#entries.deleteWhere((key) => key.startsWith(start));
  }
}
