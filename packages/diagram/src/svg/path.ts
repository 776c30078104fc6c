import type { Point } from './layout.js';

/** A tenth of a pixel is all that anyone sees. */
export const round = (value: number): string => String(Math.round(value * 10) / 10);

/** An edge as the `d` of an SVG path: a curve through the middles of the corners, bent towards each corner. */
export function smoothPath(points: readonly Point[]): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const at = ({ x, y }: Point): string => `${round(x)} ${round(y)}`;
  let path = `M${at(first)}`;
  rest.forEach((point, i) => {
    const next = rest[i + 1];
    if (next === undefined) path += `L${at(point)}`;
    else path += `Q${at(point)} ${at({ x: (point.x + next.x) / 2, y: (point.y + next.y) / 2 })}`;
  });
  return path;
}
