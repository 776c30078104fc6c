import type { Column } from './columns.js';
import type { Item } from './items.js';
import { pad, shorten, widthOf } from './text.js';

/** A column's texts, its title first, and how wide the widest is. */
export interface Cells {
  readonly key: string;
  readonly align: 'left' | 'right';
  readonly texts: readonly string[];
  readonly width: number;
  /** Nothing stands below the title. */
  readonly empty: boolean;
}

export function cellsOf(column: Column, items: readonly Item[], { compact }: { readonly compact: boolean }): Cells {
  const format = (compact ? column.compact : undefined) ?? column.text;
  const values = items.map(format);
  const { key, align, title } = column;
  const width = values.reduce((widest, text) => Math.max(widest, widthOf(text)), widthOf(title));
  return { key, align, texts: [title, ...values], width, empty: values.every((text) => text === '') };
}

/** The column with its texts cut to a width. */
export function shortened(cells: Cells, width: number): Cells {
  if (cells.width <= width) return cells;
  return { ...cells, texts: cells.texts.map((text) => shorten(text, width)), width };
}

/** Columns side by side, `gap` between them: a line for each text. */
export function aligned(columns: readonly Cells[], gap: string): readonly string[] {
  const count = columns[0]?.texts.length ?? 0;
  return Array.from({ length: count }, (_, i) =>
    columns.map(({ texts, width, align }) => pad(texts[i] ?? '', width, align)).join(gap),
  );
}
