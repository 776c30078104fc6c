import dagre from '@dagrejs/dagre';
import type { Diagram, DiagramNode } from '../diagram.js';
import { groupLabel, linesOf } from '../labels.js';

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Box extends Point {
  readonly width: number;
  readonly height: number;
}

/** Places in pixels; `x` and `y` are centres. */
export interface Layout {
  readonly width: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<string, Box>;
  readonly groups: ReadonlyMap<string, Box>;
  /** The corners of each edge, in the order of the diagram's edges. */
  readonly edges: readonly (readonly Point[])[];
}

/** Of the text: Helvetica-like fonts are about 0.55 em wide on average; SVG without a renderer cannot measure. */
export const FONT_SIZE = 12;
const CHARACTER = 0.56 * FONT_SIZE;
export const LINE = 16;
const PADDING = 10;
/** Room for the label of a group above its first layer, in pixels; dagre keeps none. */
export const HEADROOM = 8;

const widthOf = (text: string): number => text.length * CHARACTER;

function sizeOf(node: DiagramNode): { readonly width: number; readonly height: number } {
  const lines = linesOf(node);
  return { width: Math.max(...lines.map(widthOf)) + 2 * PADDING, height: lines.length * LINE + PADDING };
}

/** Places every box and edge, top down (dagre: Gansner et al., "A Technique for Drawing Directed Graphs", 1993). */
export function layoutOf({ nodes, groups, edges }: Diagram): Layout {
  const graph = new dagre.graphlib.Graph({ compound: true, multigraph: true });
  graph.setGraph({ rankdir: 'TB', nodesep: 28, ranksep: 22, marginx: 16, marginy: 16 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const group of groups) graph.setNode(group.id, { label: groupLabel(group) });
  for (const node of nodes) {
    graph.setNode(node.id, { ...sizeOf(node) });
    if (node.group !== undefined) graph.setParent(node.id, node.group);
  }
  edges.forEach(({ from, to, shortcut }, i) => {
    // A shortcut may be long; what it goes around should be straight.
    graph.setEdge(from, to, { weight: shortcut ? 1 : 8 }, `e${i}`);
  });
  dagre.layout(graph);
  const box = (id: string): Box => {
    const { x = 0, y = 0, width = 0, height = 0 } = graph.node(id);
    return { x, y, width, height };
  };
  const all = [...nodes, ...groups].map(({ id }) => box(id));
  return {
    width: Math.max(...all.map(({ x, width }) => x + width / 2)) + 16,
    height: Math.max(...all.map(({ y, height }) => y + height / 2)) + 16,
    nodes: new Map(nodes.map(({ id }) => [id, box(id)])),
    groups: new Map(groups.map(({ id }) => [id, box(id)])),
    edges: edges.map(({ from, to }, i) => graph.edge({ v: from, w: to, name: `e${i}` }).points ?? []),
  };
}
