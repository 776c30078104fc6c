import type { Node, OpName, ParamRole } from '@convzoo/layers';
import type { Array64 } from './array.js';

/** What a rule may read beside its inputs. */
export interface Context<K extends OpName = OpName> {
  readonly node: Node<K>;
  /** Values in the order of the node's parameters. */
  readonly params: readonly Array64[];
  /** A norm whose statistics are the running ones. */
  readonly frozen: boolean;
  /** Factors of dropout, one a value or one an example. */
  readonly mask: Array64 | undefined;
  /** Which branch each element takes (activations), to be taken whatever the value is. */
  readonly forced: Uint8Array | undefined;
}

export interface Result {
  readonly y: Array64;
  /** Which branch each element took: of activations 0 below, 1 open, 2 above 6; of max pools the winner's index. */
  readonly decisions?: ArrayLike<number>;
  /** Slope of each element's branch at its value (activations). */
  readonly slopes?: Array64;
  /** Distance of the value closest to a change of branch. */
  readonly margin?: number;
  /** New running statistics, by role. */
  readonly running?: Readonly<Partial<Record<ParamRole, Array64>>>;
}

export interface Gradients {
  readonly inputs: readonly Array64[];
  /** In the order of the node's parameters; nothing for statistics. */
  readonly params?: readonly (Array64 | undefined)[];
}

/** One op kind by its definition, in float64, one loop an axis: made to be read, not to be fast. */
export interface Rule<K extends OpName> {
  forward(inputs: readonly Array64[], context: Context<K>): Result;
  backward(dy: Array64, inputs: readonly Array64[], result: Result, context: Context<K>): Gradients;
}

export function first(inputs: readonly Array64[]): Array64 {
  const [x] = inputs;
  if (x === undefined) throw new RangeError('an op needs its input');
  return x;
}

export function param(context: Context, role: ParamRole): Array64 | undefined {
  return context.params[context.node.params.findIndex((spec) => spec.role === role)];
}

/** Extents of a map with its batch axis. */
export function extents({ shape }: Array64): [batch: number, height: number, width: number, channels: number] {
  const [n = 1, h = 1, w = 1, c = 1] = shape;
  return [n, h, w, c];
}
