import type { BlockBox, BlockPicture } from './block.js';

export interface PlacedBox extends BlockBox {
  /** Middle of its top edge. */
  readonly x: number;
  readonly y: number;
}

export interface PlacedEdge {
  readonly key: string;
  readonly path: string;
  readonly shortcut: boolean;
}

export interface BlockLayout {
  readonly boxes: readonly PlacedBox[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

export const BOX = { width: 190, height: 54 } as const;
const STEP = 92;
const MAIN = 100;
const SIDE = 315;
/** How far a shortcut without boxes swings out. */
const SWING = 320;
/** Of every basic block: the input, two convolutions and the sum, or their ReLU. */
const SIZE = { width: 414, height: 3 * STEP + BOX.height } as const;

/** The branch in one column, what lies on the shortcut beside it: a box is a step below the lowest of those it reads. */
export function layoutOf({ boxes, edges }: BlockPicture): BlockLayout {
  const level = new Map<string, number>();
  for (const { id } of boxes) {
    const above = edges.flatMap(({ from, to }) => (to === id ? [level.get(from) ?? 0] : []));
    level.set(id, above.length === 0 ? 0 : Math.max(...above) + 1);
  }
  const main = longestWay(boxes, edges, level);
  const last = Math.max(...level.values());
  const placed = boxes.map((box) => ({
    ...box,
    x: main.has(box.id) ? MAIN : SIDE,
    // What lies on the shortcut stands in the middle of it.
    y: (main.has(box.id) ? (level.get(box.id) ?? 0) : (level.get(box.id) ?? 0) + (last - 2) / 2) * STEP,
  }));
  const at = new Map(placed.map((box) => [box.id, box]));
  return {
    ...SIZE,
    boxes: placed,
    edges: edges.flatMap(({ from, to }) => {
      const [start, end] = [at.get(from), at.get(to)];
      if (start === undefined || end === undefined) return [];
      const bent = start.x !== end.x;
      const skips = (level.get(to) ?? 0) - (level.get(from) ?? 0) > 1;
      const shortcut = bent || skips || start.x === SIDE;
      return [{ key: `${from} ${to}`, path: pathOf(start, end, skips && !bent), shortcut }];
    }),
  };
}

function longestWay(
  boxes: readonly BlockBox[],
  edges: BlockPicture['edges'],
  level: ReadonlyMap<string, number>,
): ReadonlySet<string> {
  const way = new Set<string>();
  for (let at = boxes.at(-1)?.id; at !== undefined; ) {
    way.add(at);
    const before = edges.flatMap(({ from, to }) => (to === at ? [from] : []));
    at = before.sort((a, b) => (level.get(b) ?? 0) - (level.get(a) ?? 0))[0];
  }
  return way;
}

function pathOf(start: PlacedBox, end: PlacedBox, around: boolean): string {
  const [top, bottom] = [start.y + BOX.height, end.y];
  if (!around && start.x === end.x) return `M${start.x} ${top}V${bottom - 3}`;
  // Out of the right side of one, into the right side of the other.
  const right = BOX.width / 2;
  if (around) {
    const [y1, y2] = [start.y + BOX.height / 2, end.y + BOX.height / 2];
    return `M${start.x + right} ${y1}C${SWING} ${y1} ${SWING} ${y2} ${end.x + right + 3} ${y2}`;
  }
  const [y1, y2] = [start.y + BOX.height / 2, end.y + BOX.height / 2];
  return start.x < end.x
    ? `M${start.x + right} ${y1}C${end.x} ${y1} ${end.x} ${y1} ${end.x} ${end.y - 3}`
    : `M${start.x} ${top}C${start.x} ${y2} ${start.x} ${y2} ${end.x + right + 3} ${y2}`;
}
