import type { AnyNode, Node, Shape } from '@convzoo/layers';

/** Values of a node for the whole batch, one example after another, channels last. */
export type Values = Float64Array;

/** What a node's rule gets: shapes are those of one example. */
export interface Context {
  readonly batch: number;
  readonly inputs: readonly Values[];
  readonly inputShapes: readonly Shape[];
  readonly params: readonly Values[];
}

export interface Forward {
  readonly y: Values;
  /** What the way back needs beside inputs and result. */
  readonly saved?: readonly Values[];
}

/** Gradients of the loss; `undefined` for what is not trained. */
export interface Backward {
  readonly inputs: readonly Values[];
  readonly params: readonly (Values | undefined)[];
}

/** How an op computes its result, and how the gradient of the result becomes that of what it was computed from. */
export interface Rule<N extends AnyNode | Node> {
  forward(node: N, context: Context): Forward;
  backward(node: N, dy: Values, result: Forward, context: Context): Backward;
}

/** A part that the graph promises. */
export function present<T>(value: T | undefined): T {
  if (value === undefined) throw new RangeError('a value that the graph promises is missing');
  return value;
}
