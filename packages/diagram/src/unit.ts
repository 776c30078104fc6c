import {
  type AnyNode,
  consumersOf,
  dropDeadNodes,
  type Graph,
  isDepthwise,
  type NodeId,
  nodeAt,
} from '@convzoo/layers';
import { describeFollower, describeLead } from './words.js';

/** What a unit does, which decides its colour. */
export type UnitKind =
  | 'input'
  | 'convolution'
  | 'pointwise'
  | 'depthwise'
  | 'dense'
  | 'pool'
  | 'norm'
  | 'merge'
  | 'other';

/** A node of the network with the norms and activations that belong to it: what a paper draws as one box. */
export interface Unit {
  readonly nodes: readonly AnyNode[];
  /** Units that it reads, by their index. */
  readonly inputs: readonly number[];
  readonly kind: UnitKind;
  /** What it computes, e.g. `3x3 conv, 64, /2`. */
  readonly title: string;
  /** What follows in the same box, e.g. `BN, ReLU`; empty where nothing. */
  readonly followers: string;
}

/** Ops that are drawn in the box of what they are applied to. */
const FOLLOWS: ReadonlySet<AnyNode['op']> = new Set(['layerScale', 'activation', 'leakyRelu', 'dropout', 'flatten']);
/** A norm belongs to the layer before it; after a sum or a concatenation it is the first step of what follows (pre-activation). */
const NORMS: ReadonlySet<AnyNode['op']> = new Set(['batchNorm', 'layerNorm']);
const NORMED: ReadonlySet<AnyNode['op']> = new Set(['conv2d', 'dense']);

function follows({ op }: AnyNode, lead: AnyNode | undefined): boolean {
  if (lead === undefined || lead.op === 'input') return false;
  return FOLLOWS.has(op) || (NORMS.has(op) && NORMED.has(lead.op));
}

/** The units of a network in the order of its nodes. `fuse: false` gives every node a box. Nodes that lead nowhere are left out. */
export function unitsOf(network: Graph, { fuse }: { readonly fuse: boolean }): readonly Unit[] {
  const graph = dropDeadNodes(network);
  const consumers = consumersOf(graph);
  const unitOf: number[] = [];
  const groups: AnyNode[][] = [];
  for (const node of graph.nodes) {
    const [before, ...others] = node.inputs;
    const home = before === undefined ? undefined : unitOf[before];
    const group = home === undefined ? undefined : groups[home];
    const joins =
      fuse &&
      follows(node, group?.[0]) &&
      others.length === 0 &&
      before !== undefined &&
      consumers[before]?.length === 1 &&
      group?.at(-1)?.id === before;
    if (joins && home !== undefined) {
      group?.push(node);
      unitOf.push(home);
    } else {
      unitOf.push(groups.length);
      groups.push([node]);
    }
  }
  return groups.flatMap((nodes) => {
    const [lead, ...rest] = nodes;
    if (lead === undefined) return [];
    const inputs = [...new Set(lead.inputs.map((id: NodeId) => unitOf[id] ?? 0))];
    return [
      {
        nodes,
        inputs,
        kind: kindOf(lead, graph),
        title: describeLead(lead, {
          depthwise: isDepthwise(lead, graph),
          input: nodeAt(graph, lead.inputs[0] ?? lead.id),
        }),
        followers: rest.flatMap((node) => describeFollower(node) ?? []).join(', '),
      },
    ];
  });
}

function kindOf(node: AnyNode, graph: Graph): UnitKind {
  switch (node.op) {
    case 'input':
      return 'input';
    case 'conv2d': {
      const [height, width] = node.params[0]?.shape ?? [];
      if (isDepthwise(node, graph)) return 'depthwise';
      return height === 1 && width === 1 ? 'pointwise' : 'convolution';
    }
    case 'dense':
      return node.shape.length === 3 ? 'pointwise' : 'dense';
    case 'maxPool':
    case 'avgPool':
    case 'globalAvgPool':
    case 'adaptiveAvgPool':
      return 'pool';
    case 'batchNorm':
    case 'layerNorm':
      return 'norm';
    case 'add':
    case 'multiply':
    case 'concat':
      return 'merge';
    default:
      return 'other';
  }
}
