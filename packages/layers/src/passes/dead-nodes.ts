import type { Value } from '../builder.js';
import { Builder } from '../builder.js';
import { GraphError } from '../errors.js';
import { type Graph, type NodeId, nodeAt, tapOf } from '../graph.js';
import { copyAny } from './rewrite.js';

/** Drops what neither the output nor a tap reads. The input stays. */
export function dropDeadNodes(graph: Graph): Graph {
  const alive = new Set<NodeId>();
  const stack = [graph.output, ...Object.values(graph.taps)];
  for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
    if (alive.has(id)) continue;
    alive.add(id);
    stack.push(...nodeAt(graph, id).inputs);
  }
  const builder = new Builder(graph.name);
  const values = new Map<NodeId, Value>();
  const at = (id: NodeId): Value => {
    const value = values.get(id);
    if (value === undefined)
      throw new GraphError('cycle', '', `Graph ${graph.name}: node ${id} is read before it is computed.`);
    return value;
  };
  for (const node of graph.nodes) {
    if (node.op === 'input' || alive.has(node.id)) values.set(node.id, copyAny(node, node.inputs.map(at), builder));
  }
  const taps = Object.fromEntries(Object.entries(graph.taps).map(([name, id]) => [name, at(id).id]));
  return { ...builder.graph(at(graph.output)), taps };
}

/**
 * Keeps only these taps, and names each after the word that was asked for: a tap of the graph or the path of a node.
 * Passes leave tapped results alone, so fewer taps mean more folding and fusing.
 */
export function keepTaps(graph: Graph, names: readonly string[]): Graph {
  return { ...graph, taps: Object.fromEntries(names.map((name) => [name, tapOf(graph, name).id])) };
}

/** The same network up to another result (a tap or a node's path): feature extraction. */
export function selectOutput(graph: Graph, name: string): Graph {
  const output = tapOf(graph, name).id;
  const taps = Object.fromEntries(Object.entries(graph.taps).filter(([, id]) => id <= output));
  return dropDeadNodes({ ...graph, output, taps });
}
