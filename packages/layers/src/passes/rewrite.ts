import type { OpName } from '../attributes.js';
import { Builder, type Value } from '../builder.js';
import type { AnyNode, Graph, Node, NodeId } from '../graph.js';
import type { Parameters } from '../tensor.js';

/** A new graph, and how the parameters of the old one become those of the new one. */
export interface Rewrite {
  readonly graph: Graph;
  /** Pure: the given map is not changed. Throws where a parameter that the pass needs is missing. */
  transform(params: Parameters): Parameters;
}

/** What becomes of one node: `inputs` are its inputs in the new graph. Return a value, its own or another's. */
export type Visit = (node: AnyNode, inputs: readonly Value[], builder: Builder) => Value;

/** Copies a node into the new graph with some of its parts changed. */
export function copyNode<K extends OpName>(
  builder: Builder,
  node: Node<K>,
  inputs: readonly Value[],
  change: Partial<Pick<Node<K>, 'attributes' | 'params' | 'path'>> = {},
): Value {
  return builder.node(node.op, {
    path: change.path ?? node.path,
    attributes: change.attributes ?? node.attributes,
    inputs,
    params: change.params ?? node.params,
  });
}

/** {@link copyNode} for a node of any kind. */
export const copyAny: Visit = (node, inputs, builder) => copyNode<OpName>(builder, node, inputs);

/** Builds a graph anew, node by node in order, and carries output and taps over. */
export function rewriteGraph(graph: Graph, visit: Visit): Graph {
  const builder = new Builder(graph.name);
  const values: Value[] = [];
  const at = (id: NodeId): Value => {
    const value = values[id];
    if (value === undefined) throw new RangeError(`Graph ${graph.name}: node ${id} is read before it is computed.`);
    return value;
  };
  for (const node of graph.nodes) values.push(visit(node, node.inputs.map(at), builder));
  const taps = Object.fromEntries(Object.entries(graph.taps).map(([name, id]) => [name, at(id).id]));
  return { ...builder.graph(at(graph.output)), taps };
}
