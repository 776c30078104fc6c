import { formatBytes, formatCount } from '@convzoo/cost-analysis/format';
import { formatShape } from '@convzoo/layers';
import { type TableColumn, tableLines } from '../output/table.js';
import type { ComparedNetwork } from './compare.js';

const COLUMNS: readonly TableColumn<ComparedNetwork>[] = [
  { title: 'network', text: ({ model }) => model, align: 'left' },
  { title: 'input', text: ({ input }) => formatShape(input), rank: 3 },
  { title: 'params', text: ({ params }) => formatCount(params), rank: 8 },
  { title: 'MACs', text: ({ macs }) => formatCount(macs), rank: 9 },
  { title: 'activations', text: ({ activations }) => formatCount(activations), rank: 1 },
  { title: 'memory', text: ({ memory }) => formatBytes(memory), rank: 5 },
  { title: 'top-1', text: ({ accuracy }) => (accuracy === null ? '' : accuracy.top1.toFixed(2)), rank: 7 },
  { title: '', text: ({ front }) => (front ? '*' : ''), rank: 6 },
  { title: 'source', text: ({ accuracy }) => sourceOf(accuracy).framework, align: 'left', rank: 4 },
  { title: 'weights', text: ({ accuracy }) => sourceOf(accuracy).weights, align: 'left', rank: 2 },
];

/** `torchvision` and `resnet50.imagenet1k_v2`. */
function sourceOf(accuracy: ComparedNetwork['accuracy']): { readonly framework: string; readonly weights: string } {
  const [framework = '', ...weights] = (accuracy?.source ?? '').split('/');
  return { framework, weights: weights.join('/') };
}

/** The comparison as lines that fit the terminal. */
export function comparisonLines(networks: readonly ComparedNetwork[], width: number): readonly string[] {
  const [head = '', ...rows] = tableLines(networks, COLUMNS, width);
  const rule = '─'.repeat(Math.max(head.length, ...rows.map((row) => row.length)));
  return [head, rule, ...rows];
}

/** Exact numbers, for spreadsheets and documents. */
const FIELDS: readonly (readonly [title: string, text: (network: ComparedNetwork) => string])[] = [
  ['model', ({ model }) => model],
  ['family', ({ family }) => family],
  ['input', ({ input }) => formatShape(input)],
  ['params', ({ params }) => String(params)],
  ['macs', ({ macs }) => String(macs)],
  ['activations', ({ activations }) => String(activations)],
  ['memory_bytes', ({ memory }) => String(memory)],
  ['top1', ({ accuracy }) => (accuracy === null ? '' : String(accuracy.top1))],
  ['source', ({ accuracy }) => accuracy?.source ?? ''],
  ['pareto_front', ({ front }) => (front ? 'yes' : 'no')],
];

/** RFC 4180: quoted where a comma, a quote or a line break is. */
export function comparisonCsv(networks: readonly ComparedNetwork[]): string {
  const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const line = (texts: readonly string[]): string => texts.map(quote).join(',');
  return [
    line(FIELDS.map(([title]) => title)),
    ...networks.map((network) => line(FIELDS.map(([, text]) => text(network)))),
  ].join('\n');
}

export function comparisonMarkdown(networks: readonly ComparedNetwork[]): string {
  const line = (texts: readonly string[]): string =>
    `| ${texts.map((text) => text.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(FIELDS.map(([title]) => title)),
    line(FIELDS.map(() => '---')),
    ...networks.map((network) => line(FIELDS.map(([, text]) => text(network)))),
  ].join('\n');
}
