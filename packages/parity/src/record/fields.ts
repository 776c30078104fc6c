import { ParityError } from '../errors.js';

/** A JSON object of a file, of which nothing is known. */
export type Fields = Readonly<Record<string, unknown>>;

/** Reads fields of one line and says what is wrong with them, with the line's number. */
export class FieldReader {
  constructor(
    readonly fields: Fields,
    readonly line: number,
    readonly where = '',
  ) {}

  wrong(field: string, need: string): ParityError {
    const value = this.get(field);
    const shown = value === undefined ? 'is missing' : `is ${JSON.stringify(value)?.slice(0, 60)}`;
    return new ParityError('bad-record', `${this.where}${field} ${shown}, but ${need}.`, { line: this.line });
  }

  get(field: string): unknown {
    return Object.hasOwn(this.fields, field) ? this.fields[field] : undefined;
  }

  text(field: string, longest: number): string {
    const value = this.get(field);
    if (typeof value !== 'string' || value === '' || value.length > longest) {
      throw this.wrong(field, `it must be a text of 1 to ${longest} characters`);
    }
    return value;
  }

  oneOf<T extends string>(field: string, words: readonly T[]): T {
    const word = words.find((each) => each === this.get(field));
    if (word === undefined) throw this.wrong(field, `it must be one of ${words.join(', ')}`);
    return word;
  }

  /** A finite number: 1e999 is JSON too. */
  number(field: string, least = Number.NEGATIVE_INFINITY): number {
    const value = this.get(field);
    if (typeof value !== 'number' || !Number.isFinite(value) || value < least) {
      throw this.wrong(field, `it must be a finite number${least > Number.NEGATIVE_INFINITY ? ` from ${least}` : ''}`);
    }
    return value;
  }

  numbers(field: string, least: number, most: number): readonly number[] {
    const value = this.get(field);
    if (!Array.isArray(value) || value.length < least || value.length > most || !value.every(Number.isFinite)) {
      throw this.wrong(field, `it must be a list of ${least} to ${most} finite numbers`);
    }
    return value;
  }

  list(field: string, most: number): readonly unknown[] {
    const value = this.get(field);
    if (!Array.isArray(value) || value.length > most) throw this.wrong(field, `it must be a list of up to ${most}`);
    return value;
  }

  object(field: string): FieldReader {
    const value = this.get(field);
    if (!isObject(value)) throw this.wrong(field, 'it must be an object');
    return new FieldReader(value, this.line, `${this.where}${field}: `);
  }

  /** The elements of a list of objects. */
  objects(field: string, most: number): readonly FieldReader[] {
    return this.list(field, most).map((value, i) => {
      if (!isObject(value)) throw this.wrong(field, `its element ${i} must be an object`);
      return new FieldReader(value, this.line, `${this.where}${field}[${i}]: `);
    });
  }

  /** A shape of at most `largest` elements. */
  shape(field: string, largest: number): readonly number[] {
    const value = this.get(field);
    if (!isShape(value, largest)) {
      throw this.wrong(field, `it must be 1 to 5 whole numbers above 0 with a product up to ${largest}`);
    }
    return value;
  }
}

export const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export function isShape(value: unknown, largest: number): value is readonly number[] {
  return (
    Array.isArray(value) &&
    value.length >= 1 &&
    value.length <= 5 &&
    value.every((extent) => Number.isSafeInteger(extent) && extent >= 1) &&
    value.reduce((product: number, extent: number) => product * extent, 1) <= largest
  );
}
