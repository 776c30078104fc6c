import {
  type Block,
  type Composition,
  cleanName,
  fieldsOf,
  MAX_BLOCKS,
  MAX_CHANNELS,
  MAX_SIDE,
  newBlock,
} from './composition.js';
import type { Settings } from './definition.js';
import type { Field, FieldName, FieldValue } from './fields.js';
import { isBlockKind } from './kinds.js';

// my-net,224x224x3,convolution:filters64:kernel7:stride2,maxPool,classifier:classes1000
// Only settings other than the first ones are written, so that an address stays readable.

/** The longest text that goes into an address: many programs cut longer ones. */
export const MAX_ADDRESS = 1800;

/** No composition is longer: a bound on what is read. */
const MAX_COMPACT = 20_000;

/** A composition as a short text. */
export function toCompact({ name, input, blocks }: Composition): string {
  return [name, input.join('x'), ...blocks.map(blockText)].join(',');
}

function blockText({ kind, settings }: Block): string {
  const parts = fieldsOf(kind).flatMap(([name, field]) => {
    const value = settings[name];
    return value === undefined || value === field.first ? [] : [settingText(name, field, value)];
  });
  return [kind, ...parts].join(':');
}

const settingText = (name: FieldName, field: Field, value: FieldValue): string =>
  field.type === 'choice' ? `${name}=${value}` : `${name}${Number(value)}`;

/** Reads such a text; undefined for one that is none. Numbers out of their range become the nearest that is allowed. */
export function fromCompact(text: string): Composition | undefined {
  if (text.length > MAX_COMPACT) return undefined;
  const [name = '', size = '', ...rest] = text.split(',');
  const sides = /^(\d{1,4})x(\d{1,4})x(\d{1,2})$/.exec(size);
  if (sides === null || rest.length > MAX_BLOCKS) return undefined;
  const [height, width, channels] = sides.slice(1).map(Number);
  if (!within(height, MAX_SIDE) || !within(width, MAX_SIDE) || !within(channels, MAX_CHANNELS)) return undefined;
  const blocks = rest.map(readBlock);
  if (!blocks.every((block) => block !== undefined)) return undefined;
  return { name: cleanName(name), input: [height, width, channels], blocks };
}

const within = (value: number | undefined, most: number): value is number =>
  value !== undefined && value >= 1 && value <= most;

function readBlock(text: string): Block | undefined {
  const [kind = '', ...parts] = text.split(':');
  if (!isBlockKind(kind)) return undefined;
  const fields = new Map(fieldsOf(kind));
  const settings: Partial<Record<FieldName, FieldValue>> = {};
  for (const part of parts) {
    // Longest names first: `reduce3` and a number would else be `reduce` and another.
    const name = [...fields.keys()].filter((each) => part.startsWith(each)).sort((a, b) => b.length - a.length)[0];
    const field = name === undefined ? undefined : fields.get(name);
    if (name === undefined || field === undefined) return undefined;
    settings[name] = readValue(field, part.slice(name.length));
  }
  return newBlock(kind, settings satisfies Settings);
}

function readValue(field: Field, text: string): FieldValue {
  if (field.type === 'choice') return text.replace(/^=/, '');
  return field.type === 'flag' ? text === '1' : Number(text);
}
