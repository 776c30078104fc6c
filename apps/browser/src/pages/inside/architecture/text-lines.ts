/** Distance of two lines in a box, and the size of their letters: what the layout of `@convzoo/diagram/svg` reckons with. */
export const LINE = 16;
const FONT_SIZE = 12;

/** Baseline of the first of so many lines around a middle. */
export const textTop = (middle: number, lines: number): number => middle - ((lines - 1) * LINE) / 2 + FONT_SIZE / 3;
