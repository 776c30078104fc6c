import stringWidth from 'string-width';

/** Columns that a text takes on a terminal: wide characters count twice, marks that combine not at all. */
export function widthOf(text: string): number {
  // ASCII, lines and bars are nearly all there is, and the general way segments every text: most of a table's time.
  return /^[ -~\u2026\u2500-\u259f]*$/.test(text) ? text.length : stringWidth(text);
}

/** Pads to a width; a text that is wider stays as it is. */
export function pad(text: string, width: number, align: 'left' | 'right'): string {
  const space = ' '.repeat(Math.max(width - widthOf(text), 0));
  return align === 'left' ? text + space : space + text;
}

/** Cuts the middle out of a text that is wider than `width`: both ends of a path tell it from others. */
export function shorten(text: string, width: number): string {
  if (widthOf(text) <= width) return text;
  const letters = Array.from(new Intl.Segmenter('en').segment(text), ({ segment }) => segment);
  const tail = take(letters.toReversed(), Math.floor((width - 1) / 2)).toReversed();
  const head = take(letters, width - 1 - widthOf(tail.join('')));
  return `${head.join('')}…${tail.join('')}`;
}

function take(letters: readonly string[], width: number): readonly string[] {
  const taken: string[] = [];
  let room = width;
  for (const letter of letters) {
    room -= widthOf(letter);
    if (room < 0) break;
    taken.push(letter);
  }
  return taken;
}

/** Breaks a sentence into lines of at most `width`; a single word that is longer is shortened. */
export function wrap(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ').map((part) => shorten(part, width))) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && widthOf(longer) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return [...lines, line];
}
