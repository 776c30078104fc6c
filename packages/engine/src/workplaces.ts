import { EngineError } from './errors.js';
import { MAXIMUM_PAGES } from './kernels/memory-limit.js';
import type { Runner } from './runner.js';

/** A memory with the kernels at work on it. */
export interface Workplace {
  readonly memory: WebAssembly.Memory;
  readonly runner: Runner;
}

/**
 * Memories of sessions that were disposed, for those to come. A WebAssembly memory never shrinks, reserves addresses for 4 GiB or
 * more, and one that threads share stays as long as an idle worker has not collected its garbage, which may be for ever. So none is
 * dropped before the backend is disposed, and there are no more than there were sessions at once. What one holds is left there:
 * plans rely on no zeros.
 */
export class Workplaces {
  readonly #shared: boolean;
  readonly #open: (memory: WebAssembly.Memory) => Promise<Runner>;
  #free: readonly Workplace[] = [];

  constructor(shared: boolean, open: (memory: WebAssembly.Memory) => Promise<Runner>) {
    this.#shared = shared;
    this.#open = open;
  }

  /**
   * A place for a network of about so many bytes: the smallest that has them, or the largest, which then grows.
   *
   * @throws EngineError `out-of-memory`
   */
  async take(bytes: number): Promise<Workplace> {
    const bySize = this.#free.toSorted((a, b) => sizeOf(a) - sizeOf(b));
    const found = bySize.find((place) => sizeOf(place) >= bytes) ?? bySize.at(-1);
    if (found !== undefined) {
      this.#free = this.#free.filter((place) => place !== found);
      return found;
    }
    const memory = newMemory(this.#shared);
    return { memory, runner: await this.#open(memory) };
  }

  give(place: Workplace): void {
    this.#free = [...this.#free, place];
  }

  clear(): void {
    for (const { runner } of this.#free) runner.close();
    this.#free = [];
  }
}

const sizeOf = ({ memory }: Workplace): number => memory.buffer.byteLength;

/** 256 MiB: less is of little use. */
const LEAST_PAGES = 4096;

/** All addresses of a memory that is shared are reserved at once, and some phones refuse 4 GiB: then half of them, and again. */
function newMemory(shared: boolean, maximum = MAXIMUM_PAGES): WebAssembly.Memory {
  try {
    return new WebAssembly.Memory({ initial: 1, maximum, shared });
  } catch (cause) {
    const half = Math.ceil(maximum / 2);
    if (shared && half >= LEAST_PAGES) return newMemory(shared, half);
    throw new EngineError(
      'out-of-memory',
      'The runtime refused a new WebAssembly memory. Dispose sessions that are no longer used, or close other pages.',
      { cause },
    );
  }
}
