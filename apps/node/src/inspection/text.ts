import { formatBytes, formatInteger } from '@convzoo/cost-analysis/format';
import { printable, shorten } from '../output/printable.js';
import type { Terminal } from '../output/terminal.js';
import { wrapText } from '../output/wrap.js';
import type { Inspection } from './inspect.js';
import { describeNetworks } from './networks.js';
import { tensorTable } from './tensor-table.js';

/** Columns of the names before the facts. */
const LABEL = 11;
/** A value of the metadata that is longer is cut; a model's configuration has 100 KB. */
const METADATA = 160;

/** Prints what `weights inspect` found. `all` shows every tensor and every difference. */
export function printInspection(inspection: Inspection, all: boolean, { print, colors, width }: Terminal): void {
  const { file, fileBytes, format, dialect, tensors, values, bytes, dtypes, metadata, hasStatistics } = inspection;
  const fact = (label: string, text: string): void => {
    const lines = wrapText(text, Math.max(width - LABEL - 2, 20));
    lines.forEach((line, i) => {
      print(`  ${colors.dim((i === 0 ? label : '').padEnd(LABEL))}${line}`);
    });
  };
  print(colors.bold(printable(file)));
  fact('format', `${format}, ${formatBytes(fileBytes)}`);
  fact('names', dialect === undefined ? 'of no dialect that is known here' : `of ${dialect}`);
  for (const [label, text] of describeNetworks(inspection, all)) fact(label, text);
  const kinds = [...dtypes].map(([dtype, count]) => (dtypes.size === 1 ? `all ${dtype}` : `${count} ${dtype}`));
  fact('tensors', [formatInteger(tensors.length), ...kinds].join(', '));
  fact('values', `${formatInteger(values)}, ${formatBytes(bytes)}`);
  fact('not finite', nonFinite(inspection));
  for (const [key, value] of metadata) fact('metadata', `${printable(shorten(key, 40))}: ${clip(value)}`);
  const { lines, hidden } = tensorTable(tensors, { all, width, statistics: hasStatistics });
  if (lines.length > 0) print('');
  for (const line of lines) print(line);
  if (hidden > 0) print(colors.dim(`${formatInteger(hidden)} more; --all shows them.`));
}

function nonFinite({ tensors, hasStatistics, bytes }: Inspection): string {
  if (!hasStatistics) return `not looked at: ${formatBytes(bytes)} would be read; --stats does it`;
  let [nan, infinite] = [0, 0];
  for (const { statistics } of tensors) {
    nan += statistics?.nan ?? 0;
    infinite += statistics?.infinite ?? 0;
  }
  return nan + infinite === 0
    ? 'no NaN, no infinity'
    : `${formatInteger(nan)} NaN and ${formatInteger(infinite)} infinite values: this network is broken`;
}

function clip(value: string): string {
  const text = printable(value);
  return text.length <= METADATA ? text : `${text.slice(0, METADATA)}… (${formatInteger(value.length)} characters)`;
}
