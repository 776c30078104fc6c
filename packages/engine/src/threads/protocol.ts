import type { Step } from '../plan/step.js';

/** To a worker. */
export type Request =
  | {
      readonly kind: 'open';
      readonly session: number;
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
    }
  | { readonly kind: 'plan'; readonly session: number; readonly steps: readonly Step[] }
  | {
      readonly kind: 'run';
      readonly session: number;
      /** Number of this worker and how many there are. */
      readonly part: number;
      readonly parts: number;
      /** Two integers: how many arrived at barriers, and whether one failed. */
      readonly control: Int32Array;
      /** Arrivals before this run. */
      readonly arrived: number;
      /** Whether times of the steps are wanted. */
      readonly timed: boolean;
    }
  | { readonly kind: 'close'; readonly session: number };

/** From a worker. */
export type Reply =
  /** It has started and waits for requests. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly milliseconds: readonly number[] }
  | { readonly kind: 'failed'; readonly message: string };
