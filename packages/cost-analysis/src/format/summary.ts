import { formatShape } from '@convzoo/layers';
import { conventions } from '../conventions/index.js';
import type { CostReport } from '../report.js';
import { printable } from './columns.js';
import { formatBytes, formatCount } from './units.js';

/** The network, its input and the convention, for the top of a table. */
export function headline({ model, input, convention }: CostReport): string {
  return printable(`${model}, input ${formatShape(input)}, convention ${convention}`);
}

/** More uncounted layers than these are only counted: a table may not drown in them. */
const LISTED = 8;

/** The totals in words, what the convention counts, and which layers are not in the totals. */
export function summaryOf(report: CostReport): readonly string[] {
  const { total, dtype, convention, uncounted } = report;
  const lines = [
    `${formatCount(total.params)} parameters and ${formatCount(total.buffers)} buffers, ${formatBytes(total.weightBytes)} ` +
      `as ${dtype}; ${formatCount(total.macs)} MACs = ${formatCount(total.flops)} FLOPs; apart from those ` +
      `${formatCount(total.elementwise)} elementwise; ${formatCount(total.activations)} activations.`,
  ];
  if (Object.hasOwn(conventions, convention)) {
    lines.push(`Counted: ${conventions[convention as keyof typeof conventions].counts}`);
  }
  if (uncounted.length > 0) {
    const listed = uncounted.slice(0, LISTED).map(({ path, op, missing }) => `${path} (${op}: ${missing.join(', ')})`);
    const rest = uncounted.length > LISTED ? ` and ${uncounted.length - LISTED} more` : '';
    lines.push(printable(`Not counted, no rule: ${listed.join('; ')}${rest}.`));
  }
  return lines;
}
