import type { CostReport } from '../report.js';
import type { CostSheet } from '../sheet.js';

/** The report as JSON, a line for each row so that it can be read and compared; `JSON.parse` gives the report back. */
export function formatJson({ rows, ...report }: CostReport | CostSheet): string {
  const head = JSON.stringify(report, null, 2).replace(/\n\}$/u, '');
  return `${head},\n  "rows": [\n${rows.map((row) => `    ${JSON.stringify(row)}`).join(',\n')}\n  ]\n}\n`;
}
