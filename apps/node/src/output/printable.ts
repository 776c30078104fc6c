/** Letters of a text, combined marks together; made when it is needed, which few commands do. */
let segmenter: Intl.Segmenter | undefined;

/**
 * A text out of a file as it may be shown: on one line, and without the control characters that would steer the terminal
 * (C0, C1, and marks that turn the direction of writing).
 */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be printed.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '\u{fffd}');
}

/** Cuts the middle out of a text of more than `width` letters: both ends of a path tell it from others. */
export function shorten(text: string, width: number): string {
  segmenter ??= new Intl.Segmenter('en');
  const letters = Array.from(segmenter.segment(text), ({ segment }) => segment);
  if (letters.length <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  return `${letters.slice(0, width - 1 - tail).join('')}…${letters.slice(letters.length - tail).join('')}`;
}
