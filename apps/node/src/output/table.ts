import { shorten } from './printable.js';

/** A column of a table for the terminal. */
export interface TableColumn<T> {
  readonly title: string;
  readonly text: (row: T) => string;
  readonly align?: 'left' | 'right';
  /** Columns of the least rank are left out first where the terminal is narrow; the first column stays. */
  readonly rank?: number;
}

const GAP = '  ';

/** Letters that names are shortened to before a column is given up for them. */
const NAME = 20;

/** Aligned lines that fit `width`: names are shortened to 20 letters, then columns of low rank go. The header comes first. */
export function tableLines<T>(
  rows: readonly T[],
  columns: readonly TableColumn<T>[],
  width: number,
): readonly string[] {
  const cells = columns.map((column) => {
    const texts = [column.title, ...rows.map(column.text)];
    return { column, texts, width: Math.max(...texts.map((text) => text.length)) };
  });
  let shown = cells;
  const widthOf = (some: typeof cells): number =>
    some.reduce((sum, cell) => sum + cell.width + GAP.length, -GAP.length);
  const excess = (): number => widthOf(shown) - Math.max(0, (cells[0]?.width ?? 0) - NAME) - width;
  while (excess() > 0 && shown.length > 2) {
    const least = shown.slice(1).reduce((a, b) => ((b.column.rank ?? 0) <= (a.column.rank ?? 0) ? b : a));
    shown = shown.filter((cell) => cell !== least);
  }
  const [first, ...rest] = shown;
  if (first === undefined) return [];
  const room = Math.max(4, first.width - Math.max(0, widthOf(shown) - width));
  return first.texts.map((name, row) => {
    const others = rest.map(({ column, texts, width: wide }) => {
      const text = texts[row] ?? '';
      return column.align === 'left' ? text.padEnd(wide) : text.padStart(wide);
    });
    return [shorten(name, room).padEnd(room), ...others].join(GAP).trimEnd();
  });
}
