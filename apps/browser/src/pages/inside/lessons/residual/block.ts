import { analyse } from '@convzoo/cost-analysis';
import { type DiagramEdge, diagramOf } from '@convzoo/diagram';
import { Builder, copyNode, type Graph, nodeAt, type Value } from '@convzoo/layers';
import { resnet } from '@convzoo/zoo/resnet';
import { AppError } from '../../../../errors/app-error.js';
import type { Count } from '../convolution/cost.js';

/** Shortcuts of a basic block of ResNet: nothing changes shape; it does, and zeros are added; it does, and a 1x1 projects. */
export const blockKinds = ['identity', 'zeros', 'projection'] as const;
export type BlockKind = (typeof blockKinds)[number];

/** A box of the picture, from the diagram of the block's graph. */
export interface BlockBox {
  readonly id: string;
  readonly title: string;
  /** Norm and activation in the same box. */
  readonly followers: string;
  readonly shape: string;
  readonly params: number;
  readonly macs: number;
}

export interface BlockPicture extends Count {
  /** Path in the network. */
  readonly name: string;
  readonly boxes: readonly BlockBox[];
  readonly edges: readonly DiagramEdge[];
  /** Additions of the sum, which are no multiply-accumulates. */
  readonly additions: number;
}

/** A basic block of ResNet-18 with its shortcut, and the same block of the plain network. */
export interface BlockPair {
  readonly on: BlockPicture;
  readonly off: BlockPicture;
}

const PLACES = {
  identity: { path: 'layer1.1', shortcut: 'B' },
  zeros: { path: 'layer2.0', shortcut: 'A' },
  projection: { path: 'layer2.0', shortcut: 'B' },
} as const satisfies Record<BlockKind, { path: string; shortcut: 'A' | 'B' }>;

export function blockPair(kind: BlockKind): BlockPair {
  const { path, shortcut } = PLACES[kind];
  const config = { block: 'basic', depths: [2, 2, 2, 2] } as const;
  const [on, off] = [resnet({ ...config, shortcut }), resnet({ ...config, shortcut: 'none' })];
  return { on: pictureOf(blockOf(on, path)), off: pictureOf(blockOf(off, path)) };
}

/** The nodes of one block as a network of its own; what they read from elsewhere is its input. */
function blockOf(graph: Graph, path: string): Graph {
  const nn = new Builder(path);
  const values = new Map<number, Value>();
  let last: Value | undefined;
  for (const node of graph.nodes) {
    if (!node.path.startsWith(`${path}.`)) continue;
    for (const id of node.inputs) {
      if (!values.has(id)) values.set(id, nn.input(nodeAt(graph, id).shape, 'x'));
    }
    const inputs = node.inputs.flatMap((id) => values.get(id) ?? []);
    last = copyNode(nn, node, inputs, { path: node.path.slice(path.length + 1) });
    values.set(node.id, last);
  }
  if (last === undefined) throw new AppError('no-fitting-network', `${graph.name} has no block ${path}.`);
  return nn.graph(last);
}

function pictureOf(block: Graph): BlockPicture {
  const { total, rows } = analyse(block);
  const rowOf = new Map(rows.map((row) => [row.path, row]));
  const { nodes, edges } = diagramOf(block, { detail: 'units' });
  return {
    name: block.name,
    params: total.params,
    macs: total.macs,
    additions: rows.reduce((sum, row) => sum + (row.op === 'add' ? (row.elementwise ?? 0) : 0), 0),
    edges,
    boxes: nodes.map(({ id, title, followers, shape, members }) => ({
      id,
      title,
      followers,
      shape,
      params: members.reduce((sum, { path }) => sum + (rowOf.get(path)?.params ?? 0), 0),
      macs: members.reduce((sum, { path }) => sum + (rowOf.get(path)?.macs ?? 0), 0),
    })),
  };
}
