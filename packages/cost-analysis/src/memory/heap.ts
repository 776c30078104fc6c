/** A binary heap: the entry with the least cost first. */
export class Heap<T extends { readonly cost: number }> {
  readonly #entries: T[] = [];

  push(entry: T): void {
    const entries = this.#entries;
    entries.push(entry);
    let at = entries.length - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#swapIfLess(at, above)) break;
      at = above;
    }
  }

  pop(): T | undefined {
    const entries = this.#entries;
    const top = entries[0];
    const last = entries.pop();
    if (last === undefined || entries.length === 0) return top;
    entries[0] = last;
    let at = 0;
    while (2 * at + 1 < entries.length) {
      const [left, right] = [2 * at + 1, 2 * at + 2];
      const below = this.#cost(right) < this.#cost(left) ? right : left;
      if (!this.#swapIfLess(below, at)) break;
      at = below;
    }
    return top;
  }

  #cost(at: number): number {
    return this.#entries[at]?.cost ?? Number.POSITIVE_INFINITY;
  }

  /** Exchanges two entries where the first costs less than the second. */
  #swapIfLess(first: number, second: number): boolean {
    const [a, b] = [this.#entries[first], this.#entries[second]];
    if (a === undefined || b === undefined || a.cost >= b.cost) return false;
    this.#entries[first] = b;
    this.#entries[second] = a;
    return true;
  }
}
