import type { Graph, Node, OpName } from '@convzoo/layers';
import type { Emitter } from './emitter.js';
import type { Form, Value } from './value.js';

/** What an op's rule may look at. */
export interface ExportContext<K extends OpName> {
  readonly node: Node<K>;
  readonly inputs: readonly Value[];
  readonly graph: Graph;
  readonly emit: Emitter;
}

/** Writes one node as ONNX ops and says where its result is. */
export type ExportRule<K extends OpName> = (context: ExportContext<K>) => Value;

export function input({ node, inputs }: ExportContext<OpName>, index = 0): Value {
  const value = inputs[index];
  if (value === undefined) throw new RangeError(`${node.path} has no input ${index}`);
  return value;
}

/** The first input in this form. */
export function inputAs(context: ExportContext<OpName>, form: Form): Value {
  return context.emit.as(input(context), form);
}

/** The node's own result: a map in that form, or a vector. */
export function result(node: Node, name: string, form: Form): Value {
  return { name, shape: node.shape, form: node.shape.length === 3 ? form : 'vector' };
}
