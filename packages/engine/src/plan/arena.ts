import { aligned } from './memory.js';

/** Places for buffers that live for a part of a plan: a freed place is taken again, the smallest that fits first. */
export class Arena {
  #free: { readonly start: number; readonly end: number }[] = [];
  #top: number;

  constructor(start: number) {
    this.#top = aligned(start);
  }

  /** Bytes up to the end of the last place. */
  get end(): number {
    return this.#top;
  }

  take(bytes: number): number {
    const size = aligned(bytes);
    const fitting = this.#free.filter(({ start, end }) => end - start >= size);
    if (fitting.length > 0) {
      const best = fitting.reduce((a, b) => (b.end - b.start < a.end - a.start ? b : a));
      this.#free = this.#free.filter((hole) => hole !== best);
      if (best.end - best.start > size) this.#free.push({ start: best.start + size, end: best.end });
      return best.start;
    }
    // A hole that ends at the top grows.
    const last = this.#free.find(({ end }) => end === this.#top);
    if (last !== undefined) {
      this.#free = this.#free.filter((hole) => hole !== last);
      this.#top = last.start + size;
      return last.start;
    }
    return this.takeNew(bytes);
  }

  /** A place that nobody had before, for what must last from run to run: a hole is written to earlier in every run. */
  takeNew(bytes: number): number {
    const start = this.#top;
    this.#top += aligned(bytes);
    return start;
  }

  release(start: number, bytes: number): void {
    const hole = { start, end: start + aligned(bytes) };
    const before = this.#free.find(({ end }) => end === hole.start);
    const after = this.#free.find((other) => other.start === hole.end);
    this.#free = this.#free.filter((other) => other !== before && other !== after);
    this.#free.push({ start: before?.start ?? hole.start, end: after?.end ?? hole.end });
  }
}
