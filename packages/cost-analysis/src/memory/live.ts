import { dropDeadNodes, type Graph } from '@convzoo/layers';

/** What the output needs. Most graphs have nothing else, and need not be built anew. */
export function liveGraph(graph: Graph): Graph {
  const needed = new Set([graph.output]);
  for (const { id, inputs } of graph.nodes.toReversed()) {
    if (needed.has(id)) for (const input of inputs) needed.add(input);
  }
  return needed.size === graph.nodes.length ? graph : dropDeadNodes({ ...graph, taps: {} });
}
