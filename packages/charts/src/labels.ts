/** A place on the plot, in pixels from its upper left corner. */
export interface Pixel {
  readonly x: number;
  readonly y: number;
}

export const LABEL_SIZE = 11;

/** About how wide a name is written, in pixels: half an em or so a letter. */
export const widthOfName = (name: string): number => name.length * LABEL_SIZE * 0.56;

/** Of names that are written to the left of their points those that run into none before them; the first have precedence. */
export function apart<T extends { readonly model: string }>(
  points: readonly T[],
  place: (point: T) => Pixel,
): readonly T[] {
  const named: T[] = [];
  for (const point of points) {
    const { x, y } = place(point);
    const left = x - widthOfName(point.model) - 7;
    const collides = named.some((other) => {
      const at = place(other);
      return Math.abs(at.y - y) < LABEL_SIZE + 2 && x > at.x - widthOfName(other.model) - 7 && left < at.x;
    });
    if (!collides) named.push(point);
  }
  return named;
}

/** About how wide a letter of a subtitle is, in pixels, and how wide one of Hangul. */
const LETTER = 5.9;
const HANGUL = 11;

/** A sentence in lines of at most so many pixels, broken between words. */
export function linesOf(sentence: string, width: number): string[] {
  const long = (text: string): number =>
    [...text].reduce((sum, letter) => sum + (letter >= '\u1100' ? HANGUL : LETTER), 0);
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || long(`${last} ${word}`) > width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
