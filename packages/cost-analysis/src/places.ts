import { type AnyNode, type Graph, isMapShape } from '@convzoo/layers';

/** Where in its network a node lies. */
export interface Place {
  readonly stage: string;
  readonly block: string;
}

/** The stage of everything after the maps: pooled vectors and dense layers. */
const HEAD = 'head';

/**
 * The block and the stage of every node, by id.
 *
 * A **block** is a module of the graph: the innermost scope that is tapped, as `builder.module` makes them (`layer1.0`). A
 * node in no module is a block of its own, together with the norm, activation, dropout or flatten after it (`conv1` holds
 * `bn1` and `relu`).
 *
 * A **stage** is the part of a network that works at one resolution, as the tables of the papers have it (He et al. 2015,
 * table 1): blocks whose results have one height and width, named after them (`56x56`). A block that strides lies in the
 * stage it opens. What comes after the maps is the stage `head`.
 */
export function placesOf(graph: Graph): readonly Place[] {
  const blocks = blocksOf(graph);
  const stages = new Map<string, string>();
  // Later nodes overwrite earlier ones: the last node of a block decides.
  for (const node of graph.nodes) stages.set(blocks[node.id] ?? node.path, resolutionOf(node));
  return graph.nodes.map((node) => {
    const block = blocks[node.id] ?? node.path;
    return { stage: stages.get(block) ?? HEAD, block };
  });
}

function blocksOf(graph: Graph): readonly string[] {
  const modules = new Set(Object.keys(graph.taps));
  const blocks: string[] = [];
  const alone = new Set<string>();
  for (const node of graph.nodes) {
    const module = enclosing(node.path).findLast((scope) => modules.has(scope));
    const before = blocks[node.inputs[0] ?? -1];
    if (module !== undefined) blocks.push(module);
    else if (follows(node) && before !== undefined && alone.has(before)) blocks.push(before);
    else {
      blocks.push(node.path);
      if (node.op !== 'input') alone.add(node.path);
    }
  }
  return blocks;
}

const follows = ({ op }: AnyNode): boolean =>
  op === 'batchNorm' || op === 'activation' || op === 'dropout' || op === 'flatten';

/** `a.b.c` lies in `a` and `a.b`. */
function enclosing(path: string): readonly string[] {
  const parts = path.split('.');
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join('.'));
}

function resolutionOf({ shape }: AnyNode): string {
  return isMapShape(shape) ? `${shape[0]}x${shape[1]}` : HEAD;
}
