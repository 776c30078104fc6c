import type { FusedActivation } from '../attributes.js';
import { type AnyNode, consumersOf, type Graph, type Node, nodeAt } from '../graph.js';
import { copyAny, copyNode, rewriteGraph } from './rewrite.js';

type Fusable = Node<'conv2d'> | Node<'dense'> | Node<'add'>;
const isFusable = (node: AnyNode): node is Fusable => node.op === 'conv2d' || node.op === 'dense' || node.op === 'add';

/**
 * Moves an activation into the convolution, dense layer or sum before it, where nothing else reads that result. Backends
 * then compute bias and activation in the same kernel. Parameters stay as they are.
 */
export function fuseActivation(graph: Graph): Graph {
  const consumers = consumersOf(graph);
  const kept = new Set([graph.output, ...Object.values(graph.taps)]);
  const fused = new Map<number, FusedActivation>();
  const absorbed = new Set<number>();
  for (const node of graph.nodes) {
    if (node.op !== 'activation') continue;
    const producer = nodeAt(graph, node.inputs[0] ?? -1);
    if (!isFusable(producer) || producer.attributes.activation !== 'linear') continue;
    if (kept.has(producer.id) || consumers[producer.id]?.length !== 1) continue;
    fused.set(producer.id, node.attributes.function);
    absorbed.add(node.id);
  }
  return rewriteGraph(graph, (node, inputs, builder) => {
    const activation = fused.get(node.id);
    if (activation !== undefined) {
      switch (node.op) {
        case 'conv2d':
          return copyNode(builder, node, inputs, { attributes: { ...node.attributes, activation } });
        case 'dense':
        case 'add':
          return copyNode<'dense' | 'add'>(builder, node, inputs, { attributes: { activation } });
      }
    }
    const [input] = inputs;
    return absorbed.has(node.id) && input !== undefined ? input : copyAny(node, inputs, builder);
  });
}
