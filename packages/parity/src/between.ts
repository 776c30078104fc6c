import { type AnyNode, type Graph, type NodeId, nodeAt, type Padding, type Pair, paramOf } from '@convzoo/layers';

/** Ids of the nodes that a node is computed from, near and far. */
export function ancestorsOf(graph: Graph, id: NodeId): ReadonlySet<NodeId> {
  const before = new Set<NodeId>();
  const stack = [id];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    for (const input of nodeAt(graph, next).inputs) {
      if (!before.has(input)) stack.push(input);
      before.add(input);
    }
  }
  return before;
}

/** The nodes after `from` that lead to `to`, which is the last; all that lead there where there is no `from`. */
export function nodesBetween(graph: Graph, from: NodeId | undefined, to: NodeId): readonly AnyNode[] {
  const before = ancestorsOf(graph, to);
  return graph.nodes.filter(({ id, op }) => {
    if (id !== to && (!before.has(id) || op === 'input')) return false;
    return from === undefined || (id !== from && ancestorsOf(graph, id).has(from));
  });
}

/** A node with what frameworks differ in: `stage1.dw (conv2d 3x3, stride 2, padding same, groups 32)`. */
export const describeNode = (node: AnyNode): string => `${node.path} (${[node.op, ...factsOf(node)].join(' ')})`;

const pair = ([height, width]: Pair): string => `${height}x${width}`;
const stride = ([height, width]: Pair): string => `stride ${height === width ? height : `${height}x${width}`}`;

function padding(value: Padding): string {
  if (value === 'same') return 'padding same';
  const [top] = value;
  return `padding ${value.every((side) => side === top) ? top : `[${value.join(', ')}] (top, right, bottom, left)`}`;
}

function factsOf(node: AnyNode): readonly string[] {
  switch (node.op) {
    case 'conv2d': {
      const { strides, padding: pads, dilations, groups } = node.attributes;
      const [height = 1, width = 1] = paramOf(node, 'kernel')?.shape ?? [];
      return [
        [
          pair([height, width]),
          stride(strides),
          padding(pads),
          ...(dilations.some((each) => each > 1) ? [`dilation ${pair(dilations)}`] : []),
          ...(groups > 1 ? [`groups ${groups}`] : []),
          paramOf(node, 'bias') === undefined ? 'no bias' : 'bias',
        ].join(', '),
      ];
    }
    case 'maxPool':
    case 'avgPool': {
      const { size, strides, padding: pads, ceilMode } = node.attributes;
      const counts = node.op === 'avgPool' && node.attributes.countIncludePad ? ['counts its padding'] : [];
      return [[pair(size), stride(strides), padding(pads), ...(ceilMode ? ['rounds up'] : []), ...counts].join(', ')];
    }
    case 'batchNorm':
    case 'layerNorm':
      return [`eps ${node.attributes.eps}`];
    case 'activation':
      return [node.attributes.function];
    case 'leakyRelu':
      return [`slope ${node.attributes.slope}`];
    default:
      return [];
  }
}
