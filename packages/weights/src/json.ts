import type { ByteSource } from './byte-source.js';
import { WeightsError } from './errors.js';

/** Longest JSON text that is read. The model.json of a network of 1000 layers has about 1 MB. */
const MAX_JSON_BYTES = 16_000_000;
/** A layer's configuration, within a model within a model, is some 20 deep. */
const MAX_DEPTH = 100;
/** Each value takes some tens of bytes, whatever its text; a network of 1000 layers has 100,000. */
const MAX_VALUES = 1_000_000;

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads a whole source as JSON. WeightsError `too-large` over a limit, `bad-header` for what is no JSON. */
export async function readJson(source: ByteSource): Promise<unknown> {
  if (source.size > MAX_JSON_BYTES) {
    throw new WeightsError(
      'too-large',
      `${source.name} is JSON of ${source.size} bytes; up to ${MAX_JSON_BYTES} are read.`,
    );
  }
  return parseJson(await source.read(0, source.size), source.name);
}

export function parseJson(bytes: Uint8Array, name: string): unknown {
  if (bytes.length > MAX_JSON_BYTES) {
    throw new WeightsError('too-large', `${name} is JSON of ${bytes.length} bytes; up to ${MAX_JSON_BYTES} are read.`);
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    checkExtent(text, name);
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof WeightsError) throw cause;
    throw new WeightsError('bad-header', `${name} is not JSON in UTF-8; the file is damaged.`, { cause });
  }
}

/** Nesting and number of values, before they are made. */
function checkExtent(text: string, name: string): void {
  let depth = 0;
  let values = 1;
  for (let i = 0; i < text.length; i++) {
    switch (text.charCodeAt(i)) {
      case 0x7b: // {
      case 0x5b: // [
        depth++;
        values++;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        depth--;
        break;
      case 0x2c: // ,
        values++;
        break;
      case 0x22: // "
        i = endOfString(text, i);
    }
    if (depth > MAX_DEPTH || values > MAX_VALUES) {
      const what = depth > MAX_DEPTH ? `nested more than ${MAX_DEPTH} deep` : `of more than ${MAX_VALUES} values`;
      throw new WeightsError('too-large', `${name} is JSON ${what}; it is broken or made to harm.`);
    }
  }
}

/** Index of the closing quote of the string that starts at `start`, or the text's end. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const char = text.charCodeAt(i);
    if (char === 0x22) return i;
    if (char === 0x5c) i++;
  }
  return text.length;
}
