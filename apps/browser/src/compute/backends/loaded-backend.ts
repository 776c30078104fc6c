import type { Backend } from '@convzoo/runtime';

/** A backend with what the app has to know of its life. */
export interface LoadedBackend {
  readonly backend: Backend;
  /** Whether the device that it computes on is gone: what it answers then is worth nothing. */
  isLost(): boolean;
  /** Tensors that tfjs holds, of all its backends; undefined for the engine, which has none. */
  tensors?(): number;
  dispose(): Promise<void>;
}
