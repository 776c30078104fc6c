import type { LayerFacts } from '../worker/facts.js';
import type { ArchitecturePicture, PictureBox } from '../worker/picture.js';

/** The box that stands for a layer. */
export const boxOf = ({ boxes }: ArchitecturePicture, layer: string): PictureBox | undefined =>
  boxes.find(({ members }) => members.includes(layer));

/** MACs of everything that a box stands for. */
export const workOf = ({ members }: PictureBox, layers: ReadonlyMap<string, LayerFacts>): number =>
  members.reduce((sum, path) => sum + (layers.get(path)?.macs ?? 0), 0);

export type Direction = 'up' | 'down' | 'left' | 'right' | 'first' | 'last';

/**
 * The box that an arrow leads to: up and down in the order of the network, left and right to the nearest beside it, so that
 * branches are reached.
 */
export function neighbour(
  boxes: readonly PictureBox[],
  from: PictureBox,
  direction: Direction,
): PictureBox | undefined {
  const at = boxes.indexOf(from);
  switch (direction) {
    case 'first':
      return boxes[0];
    case 'last':
      return boxes.at(-1);
    case 'up':
      return at > 0 ? boxes[at - 1] : undefined;
    case 'down':
      return boxes[at + 1];
    case 'left':
    case 'right':
      return beside(boxes, from, direction === 'right' ? 1 : -1);
  }
}

function beside(boxes: readonly PictureBox[], from: PictureBox, side: 1 | -1): PictureBox | undefined {
  const overlap = (box: PictureBox): boolean => Math.abs(box.y - from.y) < (box.height + from.height) / 2;
  return boxes
    .filter((box) => overlap(box) && side * (box.x - from.x) > 0)
    .toSorted((a, b) => Math.abs(a.x - from.x) - Math.abs(b.x - from.x))[0];
}
