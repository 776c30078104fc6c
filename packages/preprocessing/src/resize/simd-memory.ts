import type { Coefficients } from './coefficients.js';
import { SIMD_KERNEL } from './simd-kernel.js';

/** What assembly/resample.ts exports; it says what the parameters are: addresses in `memory`, counts and bytes. */
export interface SimdKernel {
  readonly memory: WebAssembly.Memory;
  // biome-ignore format: one line each
  horizontal(
    source: number, sourceStride: number, rows: number, out: number, outStride: number, width: number,
    first: number, groups: number, weights: number, weightBytes: number, precision: number,
  ): void;
  // biome-ignore format: one line each
  vertical(
    source: number, sourceStride: number, out: number, width: number, height: number,
    first: number, pairs: number, weights: number, weightBytes: number, precision: number,
  ): void;
}

let loaded: SimdKernel | null | undefined;

/** The kernel, compiled at the first call; null where there is no WebAssembly with SIMD. */
export function simdKernel(): SimdKernel | null {
  if (loaded === undefined) {
    loaded = null;
    try {
      const bytes = Uint8Array.from(atob(SIMD_KERNEL), (character) => character.charCodeAt(0));
      const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
      loaded = exports as unknown as SimdKernel;
    } catch {
      // No WebAssembly, none with SIMD, or a content security policy forbids it: plain TypeScript does the work.
    }
  }
  return loaded;
}

/** The weights of an axis as the kernel reads them. */
export interface PackedWeights {
  /** Groups of `groupSize` taps at each output position. */
  readonly counts: Uint32Array;
  /** Low and high halves, pair by pair: see assembly/resample.ts. */
  readonly halves: Int16Array;
  readonly weightBytes: number;
}

/** Packed once for as long as the coefficients live; those of the last sizes are kept (`coefficientsOf`). */
const packed = { 2: new WeakMap<Coefficients, PackedWeights>(), 4: new WeakMap<Coefficients, PackedWeights>() };

/** The kernel reads columns in groups of four taps and rows in pairs. */
export function packedWeights(coefficients: Coefficients, groupSize: 2 | 4): PackedWeights {
  const found = packed[groupSize].get(coefficients);
  if (found) return found;
  const made = packWeights(coefficients, groupSize);
  packed[groupSize].set(coefficients, made);
  return made;
}

function packWeights({ count, weights, taps }: Coefficients, groupSize: 2 | 4): PackedWeights {
  const size = count.length;
  const most = count.reduce((max, n) => Math.max(max, n), 1);
  const weightBytes = Math.ceil(most / groupSize) * groupSize * 4;
  const halves = new Int16Array((size * weightBytes) / 2);
  const counts = new Uint32Array(size);
  for (let position = 0; position < size; position++) {
    const n = count[position] as number;
    counts[position] = Math.ceil(n / groupSize);
    const row = (position * weightBytes) / 2;
    for (let k = 0; k < n; k++) {
      const weight = weights[position * taps + k] as number;
      const at = row + (k >> 1) * 4 + (k & 1);
      halves[at] = weight & 0x7fff;
      halves[at + 2] = weight >> 15;
    }
  }
  return { counts, halves, weightBytes };
}

/** The kernel reads and writes at most this much beyond its rows. */
const MARGIN = 32;

/** Parts of the kernel's memory, one behind the other; used again from the start by the next resize. */
export class SimdMemory {
  readonly #memory: Pick<WebAssembly.Memory, 'buffer' | 'grow'>;
  #end = 0;

  constructor(memory: Pick<WebAssembly.Memory, 'buffer' | 'grow'>) {
    this.#memory = memory;
  }

  /** The address of `length` bytes with a margin behind them. */
  reserve(length: number): number {
    const address = this.#end;
    this.#end = alignTo16(address + length + MARGIN);
    return address;
  }

  /** The memory with room for all that was reserved; undefined where the system has no more. */
  grow(): Uint8Array<ArrayBuffer> | undefined {
    const missing = this.#end - this.#memory.buffer.byteLength;
    try {
      if (missing > 0) this.#memory.grow(Math.ceil(missing / 65536));
    } catch {
      return undefined;
    }
    return new Uint8Array(this.#memory.buffer as ArrayBuffer);
  }
}

export function alignTo16(length: number): number {
  return Math.ceil(length / 16) * 16;
}
