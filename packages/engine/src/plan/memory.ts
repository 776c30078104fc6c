import { EngineError } from '../errors.js';
import { MAXIMUM_PAGES } from '../kernels/memory-limit.js';

const PAGE = 65_536;
/** Bytes that every place starts at a multiple of: a cache line. */
const ALIGNMENT = 64;

export const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Bytes of one value from which on a kernel would count past 2^31. */
const TOO_LARGE = 2 ** 31;

/** Refuses a value, or a table, that no kernel could go through. */
export function checkCountable(bytes: number, what: string): void {
  if (bytes < TOO_LARGE) return;
  throw new EngineError(
    'out-of-memory',
    `${what} takes ${(bytes / 1e6).toFixed(0)} MB in one piece; the engine's kernels count to 2 GiB. Use a smaller input.`,
  );
}

/** A WebAssembly memory that constants are put into once, and that plans lay their buffers out in behind them. */
export class EngineMemory {
  readonly memory: WebAssembly.Memory;
  /** Whether nothing is written: only places are given out. */
  readonly imagined: boolean = false;
  #top = ALIGNMENT;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
  }

  /** Where plans begin. */
  get constantsEnd(): number {
    return this.#top;
  }

  /** A place for good, whose contents are those of whoever had it before. */
  reserve(bytes: number): number {
    const address = this.#top;
    this.#top += aligned(bytes);
    this.ensure(this.#top);
    return address;
  }

  /** A place for good, with its contents. */
  put(data: Float32Array | Int32Array): number {
    const address = this.reserve(data.byteLength);
    const view = data instanceof Float32Array ? Float32Array : Int32Array;
    new view(this.memory.buffer, address, data.length).set(data);
    return address;
  }

  /** Memory behind all constants, for so many floats, until the next constant. */
  stage(floats: number): { readonly address: number; readonly data: Float32Array } {
    this.ensure(this.#top + 4 * floats);
    return { address: this.#top, data: this.floats(this.#top, floats) };
  }

  /** Grows the memory to at least so many bytes; it never shrinks. EngineError `out-of-memory`. */
  ensure(bytes: number): void {
    const pages = this.memory.buffer.byteLength / PAGE;
    const missing = Math.ceil(bytes / PAGE) - pages;
    if (missing <= 0) return;
    try {
      // Each growth takes its time, so a large memory grows in large steps; pages that nobody touches cost nothing.
      this.memory.grow(Math.max(missing, Math.floor(pages / 8)));
    } catch {
      this.#growExactly(missing, bytes);
    }
  }

  #growExactly(pages: number, bytes: number): void {
    try {
      this.memory.grow(pages);
    } catch (cause) {
      throw new EngineError(
        'out-of-memory',
        `The engine needs ${(bytes / 1e6).toFixed(0)} MB of WebAssembly memory, and the runtime refused them. ` +
          'Use a smaller input, batch or network.',
        { cause },
      );
    }
  }

  clear(address: number, bytes: number): void {
    new Uint8Array(this.memory.buffer, address, bytes).fill(0);
  }

  floats(address: number, length: number): Float32Array {
    return new Float32Array(this.memory.buffer, address, length);
  }

  ints(address: number, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, address, length);
  }
}

/** Places without memory behind them, to see a plan without weights. */
export class ImaginedMemory extends EngineMemory {
  override readonly imagined = true;

  constructor() {
    super(new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_PAGES }));
  }

  override put(data: Float32Array | Int32Array): number {
    return this.reserve(data.byteLength);
  }

  override ensure(): void {}

  override clear(): void {}

  override floats(_: number, length: number): Float32Array {
    return new Float32Array(length);
  }

  override ints(_: number, length: number): Int32Array {
    return new Int32Array(length);
  }
}
