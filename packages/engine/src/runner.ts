import type { Step } from './plan/step.js';
import type { ThreadPool } from './threads/pool.js';

/** Who runs a plan: this thread, or several. */
export interface Runner {
  /** How many parts every step is cut into. */
  readonly threads: number;
  /** A new plan. */
  plan(steps: readonly Step[]): void;
  /** Runs it; milliseconds of each step where they are wanted. */
  run(timed: boolean): Promise<readonly number[]>;
  close(): void;
}

type Kernel = (...args: readonly number[]) => void;

/** Runs plans on the thread that asks. */
export async function ownRunner(module: WebAssembly.Module, memory: WebAssembly.Memory): Promise<Runner> {
  const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
  let plan: readonly { readonly kernel: Kernel; readonly args: readonly number[] }[] = [];
  return {
    threads: 1,
    plan(steps: readonly Step[]) {
      plan = steps.map(({ kernel, args }) => ({ kernel: exports[kernel] as Kernel, args: [...args, 0, 1] }));
    },
    async run(timed) {
      const milliseconds: number[] = [];
      for (const { kernel, args } of plan) {
        const start = timed ? performance.now() : 0;
        kernel(...args);
        if (timed) milliseconds.push(performance.now() - start);
      }
      return milliseconds;
    },
    close() {
      plan = [];
    },
  };
}

/** Runs plans on a pool of threads. */
export function pooledRunner(pool: ThreadPool, module: WebAssembly.Module, memory: WebAssembly.Memory): Runner {
  const session = pool.open(module, memory);
  return {
    threads: pool.size,
    plan: (steps) => pool.plan(session, steps),
    run: (timed) => pool.run(session, timed),
    close: () => pool.close(session),
  };
}
