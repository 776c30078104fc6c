import type { Graph, NodeId } from '@convzoo/layers';

/**
 * Cuts a network at the nodes that every order runs at the same place: those that are before or after every other. Returns
 * ranges `[start, end)` of node ids; each ends with such a node.
 */
export function segmentsOf(graph: Graph): readonly (readonly [start: NodeId, end: NodeId])[] {
  const fixed = fixedNodes(graph);
  const segments: [NodeId, NodeId][] = [];
  let start = 0;
  for (const { id } of graph.nodes) {
    if (!fixed[id] && id < graph.nodes.length - 1) continue;
    segments.push([start, id + 1]);
    start = id + 1;
  }
  return segments;
}

/**
 * A node is fixed where all nodes before it (ids are a possible order) lead to it, and it leads to all after it. The last node
 * before that does not lead to it would have all its readers behind it, and the first node after that it does not lead to
 * all its inputs before it; so it is enough to look at the nearest reader and the nearest input of each node.
 */
function fixedNodes({ nodes }: Graph): readonly boolean[] {
  const firstReader = nodes.map(() => Number.POSITIVE_INFINITY);
  for (const { id, inputs } of nodes) {
    for (const input of inputs) firstReader[input] = Math.min(firstReader[input] ?? id, id);
  }
  const lastInput = nodes.map(({ inputs }) => inputs.reduce((last, input) => Math.max(last, input), -1));
  const readBy = runningLimit(firstReader, Math.max);
  const readFrom = runningLimit(lastInput.toReversed(), Math.min).toReversed();
  return nodes.map(({ id }) => (readBy[id - 1] ?? 0) <= id && (readFrom[id + 1] ?? id) >= id);
}

function runningLimit(values: readonly number[], limit: (a: number, b: number) => number): readonly number[] {
  const limits: number[] = [];
  for (const value of values) limits.push(limit(limits.at(-1) ?? value, value));
  return limits;
}
