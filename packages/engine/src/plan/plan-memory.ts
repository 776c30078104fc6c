import type { Arena } from './arena.js';
import type { PlanContext } from './context.js';
import type { EngineMemory } from './memory.js';

/** What the steps of a node have for themselves. */
interface Taken {
  readonly address: number;
  readonly bytes: number;
  readonly kind: 'scratch' | 'zeroed' | 'table';
  readonly values?: Int32Array | undefined;
}

/** Scratch, cleared memory and tables of a plan's nodes. Every portion of a batch has the same, but for tables that differ. */
export class PlanMemory {
  readonly #arena: Arena;
  readonly #taken = new Map<number, Taken[]>();
  /** Tables of later portions. */
  readonly #others: { readonly address: number; readonly values: Int32Array }[] = [];

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** How a node, by its index, takes memory for a portion: the later ones what the first took, in the same order. */
  of(index: number, portion: number): Pick<PlanContext, 'table' | 'scratch' | 'zeroed'> {
    const taken = this.#taken.get(index) ?? [];
    this.#taken.set(index, taken);
    let next = 0;
    const take = (kind: Taken['kind'], bytes: number, values?: Int32Array): Taken => {
      if (portion === 0) {
        const address = kind === 'scratch' ? this.#arena.take(bytes) : this.#arena.takeNew(bytes);
        taken.push({ address, bytes, kind, values });
      }
      const found = taken[portion === 0 ? taken.length - 1 : next++];
      if (found?.kind !== kind || found.bytes !== bytes) throw new RangeError(`portions of node ${index} differ`);
      return found;
    };
    return {
      scratch: (bytes) => take('scratch', bytes).address,
      zeroed: (bytes) => take('zeroed', bytes).address,
      table: (values) => {
        const first = take('table', values.byteLength, values);
        if (first.values?.every((value, i) => value === values[i]) === true) return first.address;
        const address = this.#arena.takeNew(values.byteLength);
        this.#others.push({ address, values });
        return address;
      },
    };
  }

  /** Gives a node's scratch back. */
  release(index: number): void {
    for (const { kind, address, bytes } of this.#taken.get(index) ?? []) {
      if (kind === 'scratch') this.#arena.release(address, bytes);
    }
  }

  /** Writes the tables and clears what starts as zeros: nobody else ever has these places, so once is enough. */
  fill(memory: EngineMemory): void {
    const firsts = [...this.#taken.values()].flat();
    for (const { address, values } of [...firsts, ...this.#others]) {
      if (values !== undefined) memory.ints(address, values.length).set(values);
    }
    for (const { address, bytes, kind } of firsts) if (kind === 'zeroed') memory.clear(address, bytes);
  }
}
