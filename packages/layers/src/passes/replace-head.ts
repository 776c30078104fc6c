import { GraphError } from '../errors.js';
import { type AnyNode, type Graph, nodeAt, type ParamSpec } from '../graph.js';
import { channelsOf } from '../shape.js';
import { copyAny, copyNode, rewriteGraph } from './rewrite.js';

/** The last layer with a kernel on the way to the output: the classifier. */
export function headOf(graph: Graph): AnyNode {
  for (let node = nodeAt(graph, graph.output); ; node = nodeAt(graph, node.inputs[0] ?? -1)) {
    if (node.op === 'dense' || node.op === 'conv2d') return node;
    if (node.inputs.length !== 1) {
      throw new GraphError(
        'no-head',
        node.path,
        `Graph ${graph.name} does not end in one classifier layer; replace it by hand.`,
      );
    }
  }
}

/**
 * The same network for another number of classes. The classifier keeps its paths but not its shape, so weights of the
 * old one no longer bind to it: leave them out and initialise it.
 */
export function replaceHead(graph: Graph, classes: number): Graph {
  const head = headOf(graph);
  const resize = (param: ParamSpec): ParamSpec => ({ ...param, shape: [...param.shape.slice(0, -1), classes] });
  if (channelsOf(head.shape) === classes) return graph;
  return rewriteGraph(graph, (node, inputs, builder) =>
    node.id === head.id && (node.op === 'dense' || node.op === 'conv2d')
      ? copyNode<'dense' | 'conv2d'>(builder, node, inputs, { params: node.params.map(resize) })
      : copyAny(node, inputs, builder),
  );
}
