import type { Graph, Node, OpName, ParamSpec } from '@convzoo/layers';
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import type { Kernels } from '../kernels/kernels.js';

/** Computes one node: given the tensors of its inputs, a new tensor that the caller owns. */
export type Step = (inputs: readonly Tensor[]) => Tensor;

/** What a node needs to become a step. */
export interface CompileContext<K extends OpName = OpName> {
  readonly graph: Graph;
  readonly node: Node<K>;
  readonly kernels: Kernels;
  /** The parameter's tensor, on the backend for as long as the session lives. */
  weight(spec: ParamSpec): Tensor;
  /** Keeps a constant tensor for as long as the session lives. */
  keep<T extends Tensor>(tensor: T): T;
}

export type Compiler<K extends OpName> = (context: CompileContext<K>) => Step;

/** The only input of a node that has one. */
export function only(inputs: readonly Tensor[]): Tensor {
  const [x] = inputs;
  if (x === undefined) throw new RangeError('a node was run without its input');
  return x;
}

/** The inputs of a node that has two. */
export function two([x, y]: readonly Tensor[]): [Tensor, Tensor] {
  if (x === undefined || y === undefined) throw new RangeError('a node was run without its two inputs');
  return [x, y];
}

export const onlyMap = (inputs: readonly Tensor[]): Tensor4D => only(inputs) as Tensor4D;
