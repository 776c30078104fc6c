import type { LoadedBackend } from './loaded-backend.js';
import type { BackendName, Candidate } from './types.js';

/** Each is fetched when it is first used, so that a visitor who stays on the engine downloads no tfjs. */
const loaders: Readonly<Record<BackendName, (threads: number) => Promise<LoadedBackend>>> = {
  engine: async (threads) => (await import('./load/engine.js')).load(threads),
  webgpu: async () => (await import('./load/webgpu.js')).load(),
  webgl: async () => (await import('./load/webgl.js')).load(),
  wasm: async () => (await import('./load/wasm.js')).load(),
  cpu: async () => (await import('./load/cpu.js')).load(),
};

export const candidateKey = ({ backend, threads }: Candidate): string =>
  backend === 'engine' ? `${backend} ${threads}` : backend;

/** The backends that are loaded in this worker. */
export class Backends {
  readonly #loaded = new Map<string, Promise<LoadedBackend>>();

  /** @throws EngineError, RuntimeError, AppError `backend-unavailable` */
  load(candidate: Candidate): Promise<LoadedBackend> {
    const key = candidateKey(candidate);
    const there = this.#loaded.get(key);
    if (there !== undefined) return there;
    const loading = loaders[candidate.backend](candidate.threads);
    this.#loaded.set(key, loading);
    loading.catch(() => this.#loaded.delete(key));
    return loading;
  }

  /** Ends a backend; the next `load` starts it anew. Its sessions must be of no more use. */
  async drop(candidate: Candidate): Promise<void> {
    const key = candidateKey(candidate);
    const loading = this.#loaded.get(key);
    this.#loaded.delete(key);
    const loaded = await loading?.catch(() => undefined);
    // A backend whose device is gone may not even end in order.
    await loaded?.dispose().catch(() => undefined);
  }
}
