import { TOLERANCE } from './difference.js';
import type { Row } from './results.js';

/** The rows of one network, for the terminal. */
export function listing(model: string, batch: number, rows: readonly Row[]): string {
  const columns = ['load', 'first', 'median', 'least', 'MiB', 'cpu'];
  const head = `${`${model}, batch ${batch}`.padEnd(28)}${columns.map((text) => text.padStart(8)).join('')}`;
  return [head, ...rows.map(line)].join('\n');
}

function line(row: Row): string {
  const numbers = [row.load, row.first, row.median, row.min].map((time) => time.toFixed(1).padStart(8)).join('');
  const memory = row.peakMemory === undefined ? '-' : (row.peakMemory / 2 ** 20).toFixed(0);
  const notes = [
    row.disturbed > 0 || row.loadDisturbed ? ` ${row.disturbed}${row.loadDisturbed ? '+load' : ''} disturbed` : '',
    row.difference > TOLERANCE ? ` DIFFERS by ${row.difference}` : '',
  ].join('');
  return `  ${row.cell.padEnd(26)}${numbers}${memory.padStart(8)}${(row.processors?.toFixed(2) ?? '-').padStart(8)}${notes}`;
}
