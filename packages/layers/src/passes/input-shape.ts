import type { Graph } from '../graph.js';
import { type Shape, sameShape } from '../shape.js';
import { copyAny, copyNode, rewriteGraph } from './rewrite.js';

/**
 * The same network for another input shape, every shape inferred anew. Parameters do not change; a network whose dense
 * layer depends on the input's size (VGG without its adaptive pool) throws, naming that layer.
 */
export function withInputShape(graph: Graph, shape: Shape): Graph {
  return rewriteGraph(graph, (node, inputs, builder) =>
    node.op === 'input' && !sameShape(node.shape, shape)
      ? copyNode(builder, node, inputs, { attributes: { shape } })
      : copyAny(node, inputs, builder),
  );
}
