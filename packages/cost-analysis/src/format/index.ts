export { formatCsv } from './csv.js';
export type { Per } from './items.js';
export { formatJson } from './json.js';
export { formatMarkdown } from './markdown.js';
export { formatTable, MIN_WIDTH, type TableOptions } from './table.js';
export { formatBytes, formatCount, formatInteger, formatJoules, formatShare } from './units.js';
