/** What a setting can hold, how it is read from JSON and from a variable, and what is said where it does not fit. */
export interface Kind {
  /** What is allowed, after "must be". */
  readonly allowed: string;
  /** The value as the options of commands hold it; undefined where it is none. */
  readonly read: (given: unknown) => SettingValue | undefined;
  /** The same for the text of an environment variable. */
  readonly parse: (text: string) => SettingValue | undefined;
  /** JSON Schema of it. */
  readonly schema: Readonly<Record<string, unknown>>;
}

export type SettingValue = string | number | boolean;

export function choice(words: readonly string[]): Kind {
  const find = (given: unknown): string | undefined => words.find((word) => word === given);
  return { allowed: `one of ${words.join(', ')}`, read: find, parse: find, schema: { enum: words } };
}

export function wholeNumber(least: number, most?: number): Kind {
  const fits = (value: number): boolean =>
    Number.isSafeInteger(value) && value >= least && (most === undefined || value <= most);
  const read = (given: unknown): number | undefined => (typeof given === 'number' && fits(given) ? given : undefined);
  return {
    allowed: most === undefined ? `a whole number of at least ${least}` : `a whole number from ${least} to ${most}`,
    read,
    parse: (text) => (/^\d{1,15}$/.test(text) ? read(Number(text)) : undefined),
    schema: { type: 'integer', minimum: least, ...(most !== undefined && { maximum: most }) },
  };
}

const YES: ReadonlySet<string> = new Set(['1', 'true', 'yes', 'on']);
const NO: ReadonlySet<string> = new Set(['0', 'false', 'no', 'off']);

export const onOrOff: Kind = {
  allowed: 'true or false (in a variable also 1, yes, on; 0, no, off)',
  read: (given) => (typeof given === 'boolean' ? given : undefined),
  parse: (text) => (YES.has(text.toLowerCase()) ? true : NO.has(text.toLowerCase()) ? false : undefined),
  schema: { type: 'boolean' },
};

/** More letters than any path or address has. */
const MAX_LETTERS = 4096;

const readText = (given: unknown): string | undefined =>
  typeof given === 'string' && given.trim() !== '' && given.length <= MAX_LETTERS ? given : undefined;

export const text: Kind = {
  allowed: `a text of 1 to ${MAX_LETTERS} letters`,
  read: readText,
  parse: readText,
  schema: { type: 'string', minLength: 1, maxLength: MAX_LETTERS },
};
