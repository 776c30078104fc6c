import { GraphError } from './errors.js';

/** Reads one JSON value, or throws a GraphError that names its place. */
export type Reader<T> = (json: unknown, where: string) => T;

export function fail(where: string, message: string): never {
  throw new GraphError('bad-graph-json', '', `Graph JSON, ${where}: ${message}.`);
}

const show = (json: unknown): string => JSON.stringify(json)?.slice(0, 60) ?? String(json);

export const asObject: Reader<Readonly<Record<string, unknown>>> = (json, where) =>
  json !== null && typeof json === 'object' && !Array.isArray(json)
    ? (json as Readonly<Record<string, unknown>>)
    : fail(where, `must be an object, got ${show(json)}`);

export const asArray: Reader<readonly unknown[]> = (json, where) =>
  Array.isArray(json) ? json : fail(where, `must be an array, got ${show(json)}`);

export const asString: Reader<string> = (json, where) =>
  typeof json === 'string' ? json : fail(where, `must be a string, got ${show(json)}`);

export const asNumber: Reader<number> = (json, where) =>
  typeof json === 'number' && Number.isFinite(json) ? json : fail(where, `must be a number, got ${show(json)}`);

export const asInteger: Reader<number> = (json, where) =>
  Number.isSafeInteger(json) ? (json as number) : fail(where, `must be a whole number, got ${show(json)}`);

export const asBoolean: Reader<boolean> = (json, where) =>
  typeof json === 'boolean' ? json : fail(where, `must be true or false, got ${show(json)}`);

export const oneOf =
  <const T extends string>(words: readonly T[]): Reader<T> =>
  (json, where) =>
    words.find((word) => word === json) ?? fail(where, `must be one of ${words.join(', ')}, got ${show(json)}`);

export const asPair: Reader<readonly [number, number]> = (json, where) => {
  const [a, b, ...rest] = asArray(json, where);
  if (rest.length > 0) fail(where, 'must have two numbers');
  return [asInteger(a, where), asInteger(b, where)];
};

export const asFour: Reader<readonly [number, number, number, number]> = (json, where) => {
  const [a, b, c, d, ...rest] = asArray(json, where);
  if (rest.length > 0) fail(where, 'must have four numbers');
  return [asInteger(a, where), asInteger(b, where), asInteger(c, where), asInteger(d, where)];
};

/** An object with exactly these fields. */
export const record =
  <T extends object>(fields: { readonly [F in keyof T]: Reader<T[F]> }): Reader<T> =>
  (json, where) => {
    const object = asObject(json, where);
    for (const key of Object.keys(object)) if (!Object.hasOwn(fields, key)) fail(where, `unknown field "${key}"`);
    const entries = Object.keys(fields).map((key) => {
      const reader = fields[key as keyof T];
      return [key, reader(object[key], `${where}.${key}`)] as const;
    });
    // Every field of T was read by its own reader; fromEntries cannot express that.
    return Object.fromEntries(entries) as T;
  };
