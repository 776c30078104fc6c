import type { ParamSpec } from './graph.js';
import type { Shape } from './shape.js';
import type { Float32Tensor } from './tensor.js';

export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What the rules of an op from outside may look at. */
export interface CustomOpContext {
  readonly inputs: readonly Shape[];
  readonly values: JsonObject;
  readonly params: readonly ParamSpec[];
}

/**
 * An op kind that this project does not know, with the same rules that the built-in kinds have. Every reader of a graph
 * finds them on the node, so an architecture in a file of one's own needs no registration anywhere.
 */
export interface CustomOp {
  /** Unique name, as it stands in JSON and in errors, e.g. `mish`. */
  readonly name: string;
  /** Shape of the output without the batch axis. Call `violation(...)` where the inputs do not fit. */
  shape(context: CustomOpContext): Shape;
  /** Multiply-accumulates for one example; 0 for elementwise work. */
  macs(context: CustomOpContext): number;
  /**
   * The op on plain arrays with a leading batch axis. Backends without a faster rule of their own call it, so it must be
   * right, not fast.
   */
  compute(inputs: readonly Float32Tensor[], params: readonly Float32Tensor[], values: JsonObject): Float32Tensor;
  /**
   * Gradients of the inputs and parameters, given that of the output. Needed for training only.
   */
  gradient?(
    gradient: Float32Tensor,
    inputs: readonly Float32Tensor[],
    params: readonly Float32Tensor[],
    values: JsonObject,
  ): { readonly inputs: readonly Float32Tensor[]; readonly params: readonly Float32Tensor[] };
}

/** Defines an op from outside the vocabulary; use it with `builder.custom(op, inputs, ...)`. */
export function defineOp(op: CustomOp): CustomOp {
  return op;
}
