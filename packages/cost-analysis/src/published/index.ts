export { networkOf, type PublishedNetwork } from './network.js';
export { type PublishedGroup, type PublishedRow, type PublishedSource, publishedRows } from './row.js';
