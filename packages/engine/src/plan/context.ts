import type { EngineMemory } from './memory.js';
import type { Step } from './step.js';
import type { Placed } from './value.js';

/** What a node's steps are made from, once the addresses of a plan are known. */
export interface PlanContext {
  readonly batch: number;
  readonly inputs: readonly Placed[];
  readonly output: Placed;
  /** Added to the output by the same kernel, where the sum was fused into this node. */
  readonly residual: Placed | undefined;
  readonly threads: number;
  /** Constants: a row of zeros that is long enough for every map. */
  readonly zeros: number;
  readonly memory: EngineMemory;
  /** A table of the plan's own. */
  table(values: Int32Array): number;
  /** Memory that is free again after this node. Contents are those of whoever had it before. */
  scratch(bytes: number): number;
  /** Memory of the plan's own that starts as zeros and keeps what nobody writes. */
  zeroed(bytes: number): number;
}

/** The steps of a node, given addresses. */
export type Emit = (context: PlanContext) => readonly Step[];

/** The first input, which every node has that computes something. */
export function first<T>(items: readonly T[]): T {
  const [item] = items;
  if (item === undefined) throw new RangeError('a node without an input');
  return item;
}
