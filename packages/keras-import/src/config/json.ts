import { KerasImportError } from '../errors.js';
import { MAX_CONFIG_CHARACTERS } from '../limits.js';

export type JsonObject = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value as an error shows it. */
export const show = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 120);

/** The value of an object's own key: `__proto__` and `constructor` of a file lead nowhere. */
export const own = (object: JsonObject, key: string): unknown => (Object.hasOwn(object, key) ? object[key] : undefined);

export function parseConfig(text: string): unknown {
  if (text.length > MAX_CONFIG_CHARACTERS) {
    throw new KerasImportError(
      'too-large',
      '',
      `The model's configuration has ${text.length} characters; up to ${MAX_CONFIG_CHARACTERS} are read.`,
    );
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new KerasImportError('bad-config', '', 'The configuration of the model is no JSON; the file is damaged.', {
      cause,
    });
  }
}
