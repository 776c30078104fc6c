import type { Graph } from '../graph.js';
import { copyAny, rewriteGraph } from './rewrite.js';

/** Takes dropout out: at inference it does nothing. */
export function dropDropout(graph: Graph): Graph {
  return rewriteGraph(graph, (node, inputs, builder) => {
    const [input] = inputs;
    return node.op === 'dropout' && input !== undefined ? input : copyAny(node, inputs, builder);
  });
}
