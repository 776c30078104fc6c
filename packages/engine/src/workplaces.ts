import { EngineError } from './errors.js';
import { MAXIMUM_PAGES } from './kernels/memory-limit.js';
import type { Runner } from './runner.js';

/** A memory with the kernels at work on it. */
export interface Workplace {
  readonly memory: WebAssembly.Memory;
  readonly runner: Runner;
}

/** Free places that are kept: one network after another, or two in turn, need no more. */
const KEPT = 2;
/** A larger memory is given back to the runtime, as a session that is disposed should free what is worth freeing. */
const KEPT_BYTES = 268_435_456;

/**
 * Memories of sessions that were disposed, for those to come: a WebAssembly memory never shrinks, reserves addresses for 4 GiB or
 * more, and is freed when the garbage collector finds the time. What it holds is left there; plans rely on no zeros.
 */
export class Workplaces {
  readonly #shared: boolean;
  readonly #open: (memory: WebAssembly.Memory) => Promise<Runner>;
  readonly #free: Workplace[] = [];

  constructor(shared: boolean, open: (memory: WebAssembly.Memory) => Promise<Runner>) {
    this.#shared = shared;
    this.#open = open;
  }

  /** @throws EngineError `out-of-memory` */
  async take(): Promise<Workplace> {
    const found = this.#free.pop();
    if (found !== undefined) return found;
    const memory = newMemory(this.#shared);
    return { memory, runner: await this.#open(memory) };
  }

  give(place: Workplace): void {
    if (place.memory.buffer.byteLength > KEPT_BYTES || this.#free.length >= KEPT) place.runner.close();
    else this.#free.push(place);
  }

  clear(): void {
    for (const { runner } of this.#free.splice(0)) runner.close();
  }
}

function newMemory(shared: boolean): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES, shared });
  } catch (cause) {
    throw new EngineError(
      'out-of-memory',
      'The runtime refused a new WebAssembly memory. Dispose sessions that are no longer used, or close other pages.',
      { cause },
    );
  }
}
