import { viridis } from '@convzoo/interpret';

/** The colours of every map on the page. */
export const COLOUR_MAP = viridis();

/** The same as a gradient for CSS, from the least value to the largest. */
export function colourBar(): string {
  const last = COLOUR_MAP.length / 3 - 1;
  const stops = Array.from({ length: 9 }, (_, i) => {
    const at = Math.round((i / 8) * last) * 3;
    return `rgb(${COLOUR_MAP.slice(at, at + 3).join(' ')})`;
  });
  return `linear-gradient(to right, ${stops.join(', ')})`;
}
