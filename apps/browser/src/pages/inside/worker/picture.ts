import { diagramOf, groupLabel, linesOf, type UnitKind } from '@convzoo/diagram';
import { type Box, HEADROOM, layoutOf, smoothPath } from '@convzoo/diagram/svg';
import type { AnyNode, Graph } from '@convzoo/layers';

/** What is drawn once for several copies, or one of the copies that are drawn. */
export interface Repeat {
  /** Name of all copies together, as `diagramOf` takes it to expand them. */
  readonly run: string | undefined;
  /** How many this stands for. */
  readonly repeat: number;
}

/** A box of the picture; `x` and `y` are its centre. */
export interface PictureBox extends Box, Repeat {
  readonly id: string;
  readonly kind: UnitKind;
  readonly lines: readonly string[];
  /** Paths of the nodes that it stands for, those of the collapsed copies too. */
  readonly members: readonly string[];
  /** The last node of the first copy: what the box gives. */
  readonly result: string;
}

export interface PictureGroup extends Box, Repeat {
  readonly id: string;
  readonly label: string;
}

export interface PictureEdge {
  /** Of an SVG path. */
  readonly d: string;
  readonly shortcut: boolean;
}

/** The picture of an architecture, laid out, in pixels. */
export interface ArchitecturePicture {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly PictureBox[];
  readonly groups: readonly PictureGroup[];
  readonly edges: readonly PictureEdge[];
}

/** @param expanded repeated blocks whose copies are all drawn, by their `run` */
export function pictureOf(graph: Graph, expanded: readonly string[]): ArchitecturePicture {
  const diagram = diagramOf(graph, { expanded });
  const layout = layoutOf(diagram);
  return {
    width: layout.width,
    height: layout.height,
    boxes: diagram.nodes.flatMap((node) => {
      const box = layout.nodes.get(node.id);
      if (box === undefined) return [];
      const { id, kind, run, repeat, members } = node;
      return [
        {
          ...box,
          id,
          kind,
          run,
          repeat,
          lines: linesOf(node),
          members: members.map(({ path }) => path),
          result: resultOf(members),
        },
      ];
    }),
    groups: diagram.groups.flatMap((group) => {
      const box = layout.groups.get(group.id);
      if (box === undefined) return [];
      const { id, run, repeat } = group;
      // As the SVG of `convzoo graph` has it: with room for the label.
      return [
        { ...box, y: box.y - HEADROOM / 2, height: box.height + HEADROOM, id, run, repeat, label: groupLabel(group) },
      ];
    }),
    edges: diagram.edges.map(({ shortcut }, i) => ({ d: smoothPath(layout.edges[i] ?? []), shortcut })),
  };
}

/** No norm or activation that follows in a box is of the op of the layer that it follows: so the next copy begins there. */
function resultOf(members: readonly AnyNode[]): string {
  const next = members.findIndex(({ op }, i) => i > 0 && op === members[0]?.op);
  return members[(next === -1 ? members.length : next) - 1]?.path ?? '';
}
