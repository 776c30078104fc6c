import type { Step } from '../plan/step.js';

/**
 * Integers that threads share: how many arrived at barriers; whether one failed; the session of a run, arrivals before it, and
 * whether times of its steps are wanted; then a state for each thread.
 */
export const control = { arrivals: 0, failed: 1, session: 2, arrived: 3, timed: 4, states: 5 } as const;

/**
 * What a thread does: it reads messages (`home`), runs, or sleeps for a while behind a run. While it runs or sleeps it can be `told`
 * to run again, which takes less time than a message, or sent `home`, where messages are.
 */
export const threadState = { home: 0, runs: 1, sleeps: 2, told: 3 } as const;

/** To a worker. */
export type Request =
  | {
      readonly kind: 'open';
      readonly session: number;
      readonly module: WebAssembly.Module;
      readonly memory: WebAssembly.Memory;
    }
  | { readonly kind: 'plan'; readonly session: number; readonly steps: readonly Step[] }
  /** What is run, and how, stands in the control block. */
  | {
      readonly kind: 'run';
      /** Number of this worker and how many there are. */
      readonly part: number;
      readonly parts: number;
      readonly control: Int32Array;
    }
  | { readonly kind: 'close'; readonly session: number };

/** From a worker. */
export type Reply =
  /** It has started and waits for requests. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'done'; readonly milliseconds: readonly number[] }
  | { readonly kind: 'failed'; readonly message: string };
