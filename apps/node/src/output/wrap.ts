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
