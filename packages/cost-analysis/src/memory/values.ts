import { type AnyNode, type Graph, type NodeId, sizeOf } from '@convzoo/layers';

/** Results that need no memory of their own at inference: the same values in another shape, or passed through. */
export const isViewAtInference = ({ op }: AnyNode): boolean => op === 'flatten' || op === 'dropout';

/** In training, dropout that drops something writes a new result. */
export const isViewInTraining = (node: AnyNode): boolean =>
  node.op === 'flatten' || (node.op === 'dropout' && node.attributes.rate === 0);

/** A result that is held in memory, with all views of it. */
export interface StoredValue {
  /** The node that computes it. */
  readonly id: NodeId;
  /** Elements of one example. */
  readonly elements: number;
  /** Nodes that must have run before it can be freed. */
  readonly readers: readonly NodeId[];
  /** The network's output is never freed. */
  readonly kept: boolean;
}

export interface StoredValues {
  /** By the node that computes it; none at the places of views. */
  readonly byNode: readonly (StoredValue | undefined)[];
  /** For each node, the values that it reads, each once. */
  readonly read: readonly (readonly StoredValue[])[];
}

/** Which results a graph holds in memory and who reads them, with views resolved to what they show. */
export function storedValues(graph: Graph, isView: (node: AnyNode) => boolean): StoredValues {
  const owner: NodeId[] = [];
  const readers: NodeId[][] = graph.nodes.map(() => []);
  for (const node of graph.nodes) {
    const [first] = node.inputs;
    owner.push(isView(node) && first !== undefined ? (owner[first] ?? node.id) : node.id);
    for (const id of new Set(node.inputs.map((input) => owner[input] ?? input))) readers[id]?.push(node.id);
  }
  const output = owner[graph.output];
  const byNode = graph.nodes.map(({ id, shape }) =>
    owner[id] === id ? { id, elements: sizeOf(shape), readers: readers[id] ?? [], kept: id === output } : undefined,
  );
  const read = graph.nodes.map(({ inputs }) => {
    const ids = new Set(inputs.map((input) => owner[input] ?? input));
    return [...ids].flatMap((id) => byNode[id] ?? []);
  });
  return { byNode, read };
}
