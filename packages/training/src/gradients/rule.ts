import type { Kernels } from '@convzoo/backend-tfjs';
import type { Graph, Node, OpName } from '@convzoo/layers';
import type { Tensor } from '@tensorflow/tfjs-core';

/** What the rules of one node may use; made once per node and kept for the whole training. */
export interface GradientContext<K extends OpName = OpName> {
  readonly graph: Graph;
  readonly node: Node<K>;
  readonly kernels: Kernels;
  /** Which of the node's parameters are trained, by path. */
  isTrained(path: string): boolean;
  /** Whether backward will be asked for: something trained is in this node or before it. */
  readonly active: boolean;
  /** Whether the node is a norm that keeps its running statistics. */
  readonly frozen: boolean;
  /** Stream of random numbers of this node in this step. */
  randomStream(step: number): number;
  keep<T extends Tensor>(tensor: T): T;
}

export interface Forward {
  readonly y: Tensor;
  /** What backward needs beside inputs, parameters and y. The caller disposes it after backward. */
  readonly saved?: readonly Tensor[];
  /** New values of parameters that are state: running statistics, by path. */
  readonly updates?: ReadonlyMap<string, Tensor>;
}

export interface BackwardContext {
  /** Without their values (disposed) where the step does not read them: shapes only. */
  readonly inputs: readonly Tensor[];
  readonly params: readonly Tensor[];
  readonly y: Tensor;
  readonly saved: readonly Tensor[];
  /** Whether anything before an input is trained: otherwise its gradient is not needed. */
  needsInput(index: number): boolean;
}

/** Gradients in the order of inputs and parameters; nothing where none is needed. */
export interface Backward {
  readonly inputs: readonly (Tensor | undefined)[];
  readonly params?: readonly (Tensor | undefined)[];
}

/** How a node is computed in training, and its gradient. */
export interface GradientStep {
  /** Whose values backward reads: those of others are freed while the forward pass still runs. */
  readonly reads: { readonly inputs?: boolean; readonly y?: boolean };
  forward(inputs: readonly Tensor[], params: readonly Tensor[], step: number): Forward;
  backward(dy: Tensor, context: BackwardContext): Backward;
}

export type GradientRule<K extends OpName> = (context: GradientContext<K>) => GradientStep;

export function at(tensors: readonly Tensor[], index: number): Tensor {
  const tensor = tensors[index];
  if (tensor === undefined) throw new RangeError(`tensor ${index} is missing`);
  return tensor;
}
