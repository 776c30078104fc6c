import type { CostReport } from '../report.js';
import { type Column, countColumn, kindColumn, pathColumn, shapeColumn, shareColumn } from './columns.js';
import { type Item, itemsOf, type Per, totalItem } from './items.js';
import { headline, summaryOf } from './summary.js';

/** A Markdown table (GitHub's), with the total in its last line and a note on what was counted. */
export function formatMarkdown(report: CostReport, { per = 'layer' }: { readonly per?: Per | undefined } = {}): string {
  const columns: readonly Column[] = [
    pathColumn(per),
    kindColumn(per),
    shapeColumn,
    countColumn('params'),
    countColumn('buffers'),
    countColumn('macs'),
    shareColumn(report.total.macs),
    countColumn('elementwise'),
    countColumn('activations'),
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const row = (item: Item): string => line(columns.map((column) => escaped(column.text(item))));
  return [
    escaped(headline(report)),
    '',
    line(columns.map(({ title }) => title)),
    line(columns.map(({ align }) => (align === 'right' ? '---:' : '---'))),
    ...itemsOf(report, per).map(row),
    row(totalItem(report)),
    '',
    ...summaryOf(report).flatMap((note) => [escaped(note), '']),
  ].join('\n');
}

/** A name may not open a column, a link, emphasis or HTML. */
const escaped = (text: string): string => text.replace(/[\\|*_`<>[\]]/gu, '\\$&');
