import { consumersOf, type Graph, type Node, type NodeId, nodeAt, sameShape } from '@convzoo/layers';

/** A convolution that also computes the sum after it. */
export interface FusedSum {
  /** The sum, whose result the convolution then has. */
  readonly add: Node<'add'>;
  /** The other operand. */
  readonly residual: NodeId;
}

/**
 * Sums that the convolution before them can compute while it stores: residual blocks. Of two convolutions the later one takes
 * it, since the other operand must be there when it runs.
 */
export function fuseSums(graph: Graph): ReadonlyMap<NodeId, FusedSum> {
  const consumers = consumersOf(graph);
  const kept = new Set([graph.output, ...Object.values(graph.taps)]);
  const fused = new Map<NodeId, FusedSum>();
  for (const add of graph.nodes) {
    if (add.op !== 'add') continue;
    const [a = -1, b = -1] = add.inputs;
    const [other, last] = a < b ? [a, b] : [b, a];
    const node = nodeAt(graph, last);
    if (node.op !== 'conv2d' || node.attributes.activation !== 'linear' || other === last) continue;
    if (kept.has(last) || consumers[last]?.length !== 1) continue;
    if (!sameShape(nodeAt(graph, other).shape, node.shape)) continue;
    fused.set(last, { add, residual: other });
  }
  return fused;
}
