import { type AnyNode, type Graph, isDepthwise, paramOf } from '@convzoo/layers';

/**
 * The kind of a node as people compare costs by: `conv 3x3`, `conv 1x1`, `depthwise 3x3`, `grouped 3x3`, `dense`, the
 * function of an activation, the name of a custom op; every other op is its own kind.
 */
export function kindOf(node: AnyNode, graph: Graph): string {
  switch (node.op) {
    case 'conv2d': {
      const [rows, columns] = paramOf(node, 'kernel')?.shape ?? [];
      return `${convolution(node, graph)} ${rows}x${columns}`;
    }
    case 'activation':
      return node.attributes.function;
    case 'custom':
      return node.attributes.definition.name;
    default:
      return node.op;
  }
}

function convolution(node: AnyNode, graph: Graph): string {
  if (node.op !== 'conv2d' || node.attributes.groups === 1) return 'conv';
  return isDepthwise(node, graph) ? 'depthwise' : 'grouped';
}
