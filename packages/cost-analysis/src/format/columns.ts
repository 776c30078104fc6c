import { formatShape } from '@convzoo/layers';
import type { ReceptiveField } from '../receptive-field.js';
import type { Item, Per } from './items.js';
import { formatBytes, formatCount, formatInteger, formatShare } from './units.js';

/** Fields of an item that hold counts. */
export type CountField = 'params' | 'buffers' | 'macs' | 'flops' | 'elementwise' | 'activations';

/** One column, for every format. */
export interface Column {
  readonly key: string;
  readonly title: string;
  readonly align: 'left' | 'right';
  readonly text: (item: Item) => string;
  /** A shorter form, for tables that must be narrow. */
  readonly compact?: (item: Item) => string;
}

const titles: Readonly<Record<CountField, string>> = {
  params: 'params',
  buffers: 'buffers',
  macs: 'MACs',
  flops: 'FLOPs',
  elementwise: 'elementwise',
  activations: 'activations',
};

const uncounted = '?';

export function countColumn(field: CountField): Column {
  const as = (format: (value: number) => string) => (item: Item) => {
    const value = item[field];
    return value === null ? uncounted : format(value);
  };
  return { key: field, title: titles[field], align: 'right', text: as(formatInteger), compact: as(formatCount) };
}

/** Bytes in use or moved, always short. */
export const bytesColumn = (field: 'weightBytes' | 'activationBytes' | 'traffic', title: string): Column => ({
  key: field,
  title,
  align: 'right',
  text: (item) => (item[field] === 0 ? '' : formatBytes(item[field])),
});

/** Operations for each byte that is moved. */
export const intensityColumn: Column = {
  key: 'intensity',
  title: 'ops/byte',
  align: 'right',
  text: ({ intensity, traffic }) => (intensity === null ? (traffic === 0 ? '' : uncounted) : intensity.toFixed(1)),
};

export const nameColumn = (per: Per): Column => ({
  key: per,
  title: per,
  align: 'left',
  text: ({ name, depth }) =>
    printable(depth === undefined ? name : `${'  '.repeat(depth)}${name.slice(name.lastIndexOf('.') + 1)}`),
});

/** Pixels that a layer sees, and the stride of its positions on the input: `427/32`; on sheets alone. */
export const fieldColumn: Column = {
  key: 'field',
  title: 'sees/stride',
  align: 'right',
  text: ({ receptiveField }) => (receptiveField ? formatField(receptiveField) : ''),
};

function formatField({ height, width }: ReceptiveField): string {
  const both = (a: number, b: number): string => (a === b ? `${a}` : `${a}x${b}`);
  // A global mean sees everything, and has no next position.
  const stride = height.stride === 0 && width.stride === 0 ? '' : `/${both(height.stride, width.stride)}`;
  return `${both(height.size, width.size)}${stride}`;
}

/** The name in full, for formats that keep no indentation. */
export const pathColumn = (per: Per): Column => ({ ...nameColumn(per), text: ({ name }) => printable(name) });

/** What a layer is; for a group, how many layers it has. */
export const kindColumn = (per: Per): Column =>
  per === 'layer'
    ? { key: 'kind', title: 'kind', align: 'left', text: ({ kind }) => printable(kind) }
    : per === 'tree'
      ? {
          key: 'kind',
          title: 'kind',
          align: 'left',
          text: ({ kind, layers }) => (kind === '' ? `${layers} layers` : printable(kind)),
        }
      : { key: 'kind', title: 'layers', align: 'right', text: ({ layers }) => formatInteger(layers) };

export const shapeColumn: Column = {
  key: 'output',
  title: 'output',
  align: 'right',
  text: ({ shape }) => (shape === null ? '' : formatShape(shape)),
};

/** Part of all MACs in percent, nothing where there are none. */
export const shareColumn = (all: number): Column => ({
  key: 'share',
  title: 'of MACs',
  align: 'right',
  text: ({ macs }) => (macs === null || macs === 0 ? '' : formatShare(macs / all)),
});

/** MACs as a bar: the largest of all lines is `width` characters long. */
export const barColumn = (largest: number, width: number, ascii: boolean): Column => ({
  key: 'bar',
  title: '',
  align: 'left',
  text: ({ macs, isTotal }) => (macs === null || macs === 0 || isTotal ? '' : bar(macs / largest, width, ascii)),
});

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

function bar(share: number, width: number, ascii: boolean): string {
  if (ascii) return '#'.repeat(Math.round(share * width));
  const eighths = Math.round(share * width * 8);
  return `${'█'.repeat(Math.floor(eighths / 8))}${EIGHTHS[eighths % 8] ?? ''}`;
}

/** Names come from graphs, which may come from files: nothing in them may steer a terminal or break a line. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '\ufffd');
}
