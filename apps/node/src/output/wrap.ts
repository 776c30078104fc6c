/** Spaces, but those between a number and its unit. */
const GAPS = / +(?!(?<=\d +)(?:[kMGT]?B|[kMGTP]|[mµ]?s|%|MACs)(?![\w/]))/;

/**
 * A sentence in lines of at most `width` columns; every line after the first starts with `indent`. Words stay in one piece, with
 * numbers and their units being words, but those that no line has room for: a number then parts from its unit, a word is cut.
 */
export function wrapText(text: string, width: number, indent = ''): readonly string[] {
  const lines: string[] = [];
  let line = /^ */.exec(text)?.[0] ?? '';
  let isEmpty = true;
  const fits = (word: string) => indent.length + word.length <= width;
  const words = text.trim().split(GAPS);
  for (const word of words.flatMap((each) => (fits(each) ? [each] : each.split(' ')))) {
    if (!isEmpty && line.length + 1 + word.length > width) {
      lines.push(line);
      line = indent;
      isEmpty = true;
    }
    line += isEmpty ? word : ` ${word}`;
    isEmpty = false;
    while (line.length > width && width > indent.length) {
      lines.push(line.slice(0, width));
      line = `${indent}${line.slice(width)}`;
    }
  }
  return [...lines, line];
}

/** Parts joined by commas, in lines of at most `width` columns where the parts allow it, each behind `indent`. */
export function wrapList(parts: readonly string[], width: number, indent: string): readonly string[] {
  const lines: string[] = [];
  for (const [i, part] of parts.entries()) {
    const text = i < parts.length - 1 ? `${part},` : part;
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + text.length <= width) lines[lines.length - 1] = `${last} ${text}`;
    else lines.push(`${indent}${text}`);
  }
  return lines;
}
