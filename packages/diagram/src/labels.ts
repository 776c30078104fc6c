import type { DiagramGroup, DiagramNode } from './diagram.js';

/** The lines of a box: what it computes (and how often), norm and activation, the shape that comes out. */
export function linesOf({ kind, title, followers, repeat, shape }: DiagramNode): readonly string[] {
  const first = repeat === 1 ? title : `${title} ×${repeat}`;
  return [first, ...(followers === '' ? [] : [followers]), ...(kind === 'input' ? [] : [shape])];
}

export const groupLabel = ({ title, repeat }: DiagramGroup): string =>
  repeat === 1 ? title : `${title} ×${repeat}`.trim();
