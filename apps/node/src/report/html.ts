import { STYLE } from './style.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML shows it: names of layers come from files. */
export const escapeHtml = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');

/** A document of its own; `body` is HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** A column of a table: text on the left, or a number on the right, with a bar for its share of the total behind it. */
export interface Column<T> {
  readonly title: string;
  readonly text: (row: T) => string;
  readonly isText?: boolean;
  /** From 0 to 1. */
  readonly share?: (row: T) => number;
}

export function table<T>(rows: readonly T[], columns: readonly Column<T>[]): string {
  const head = columns.map(
    ({ title, isText }) => `<th${isText ? ' class="text"' : ''} scope="col">${escapeHtml(title)}</th>`,
  );
  const body = rows.map((row) => `<tr>${columns.map((column) => cell(row, column)).join('')}</tr>`);
  return `<div class="scroll"><table>\n<thead><tr>${head.join('')}</tr></thead>\n<tbody>\n${body.join('\n')}\n</tbody></table></div>`;
}

function cell<T>(row: T, { text, isText, share }: Column<T>): string {
  const content = escapeHtml(text(row));
  if (isText) return `<td class="text">${content}</td>`;
  const part = share?.(row) ?? 0;
  // A bar of less than half a percent is not seen.
  if (!(part >= 0.005)) return `<td>${content}</td>`;
  return `<td class="bar" style="--share:${(100 * part).toFixed(1)}%">${content}</td>`;
}

/** Figures with their names, as cards. */
export function figures(items: readonly (readonly [name: string, value: string])[]): string {
  const cards = items.map(([name, value]) => `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd></div>`);
  return `<dl>${cards.join('')}</dl>`;
}
