/** A setting of a block: which values it may have, and the one it begins with. */
export type Field =
  | { readonly type: 'count'; readonly first: number; readonly least: number; readonly most: number }
  | { readonly type: 'rate'; readonly first: number }
  | { readonly type: 'choice'; readonly first: string; readonly options: readonly string[] }
  | { readonly type: 'flag'; readonly first: boolean };

export type FieldValue = number | string | boolean;

/** Names of settings; each has a label in `strings/build.ts`. */
export type FieldName =
  | 'filters'
  | 'kernel'
  | 'stride'
  | 'padding'
  | 'groups'
  | 'norm'
  | 'activation'
  | 'blocks'
  | 'convolutions'
  | 'pool'
  | 'reduction'
  | 'excitation'
  | 'expand'
  | 'squeeze'
  | 'ones'
  | 'reduce3'
  | 'threes'
  | 'reduce5'
  | 'fives'
  | 'pooled'
  | 'layers'
  | 'growth'
  | 'size'
  | 'rate'
  | 'units'
  | 'classes'
  | 'from'
  | 'dropout';

export type Fields = Readonly<Partial<Record<FieldName, Field>>>;

export const count = (first: number, most: number, least = 1) => ({ type: 'count', first, least, most }) as const;
export const rate = (first: number) => ({ type: 'rate', first }) as const;
export const flag = (first: boolean) => ({ type: 'flag', first }) as const;
export const choice = <const Options extends readonly [string, ...string[]]>(
  first: Options[number],
  options: Options,
) => ({ type: 'choice', first, options }) as const;

/** What settings with these fields look like. */
export type ValuesOf<F extends Fields> = {
  readonly [Name in keyof F]: F[Name] extends { readonly options: readonly (infer Option)[] }
    ? Option
    : F[Name] extends { readonly type: 'flag' }
      ? boolean
      : number;
};

/** The value that is allowed and nearest to what was given; what is of another kind becomes the first. */
export function allowed(field: Field, value: FieldValue | undefined): FieldValue {
  switch (field.type) {
    case 'count':
      if (typeof value !== 'number' || !Number.isFinite(value)) return field.first;
      return Math.min(field.most, Math.max(field.least, Math.round(value)));
    case 'rate':
      if (typeof value !== 'number' || !Number.isFinite(value)) return field.first;
      return Math.min(0.95, Math.max(0, Math.round(100 * value) / 100));
    case 'choice':
      return field.options.find((option) => option === value) ?? field.first;
    case 'flag':
      return typeof value === 'boolean' ? value : field.first;
  }
}
