import type { Builder, Value } from '@convzoo/layers';
import type { FieldName, Fields, FieldValue, ValuesOf } from './fields.js';

export type Settings = Readonly<Partial<Record<FieldName, FieldValue>>>;

/** Under which heading a block is offered. */
export type BlockGroup = 'layers' | 'blocks' | 'vectors';

/** A kind of block: its settings, how it is built, and what that is in TypeScript. */
export interface BlockDefinition {
  readonly group: BlockGroup;
  /** Nodes lie in a scope of this name and a number: `conv1`. */
  readonly prefix: string;
  readonly fields: Fields;
  /** Settings are of the fields and allowed. Throws what the builder throws. */
  build(nn: Builder, x: Value, settings: Settings): Value;
  readonly code:
    | { readonly function: string }
    /** An expression over `nn`, `x` and the settings. */
    | { readonly expression: (settings: Settings) => string };
}

interface Parts<F extends Fields> {
  readonly group: BlockGroup;
  readonly prefix: string;
  readonly fields: F;
}

/** A block that a function of `blocks/` builds; the very text of that function goes into the exported file. */
export function functionBlock<F extends Fields>(
  parts: Parts<F> & {
    readonly build: (nn: Builder, x: Value, options: ValuesOf<F>) => Value;
    /** Its name in the file; a built page has shorter ones. */
    readonly function: string;
  },
): BlockDefinition {
  return { ...parts, ...built(parts.build), code: { function: parts.function } };
}

/** A block that is one call of the builder. */
export function callBlock<F extends Fields>(
  parts: Parts<F> & {
    readonly build: (nn: Builder, x: Value, options: ValuesOf<F>) => Value;
    readonly expression: (options: ValuesOf<F>) => string;
  },
): BlockDefinition {
  const { expression } = parts;
  return {
    ...parts,
    ...built(parts.build),
    code: { expression: (settings) => expression(settings as unknown as ValuesOf<F>) },
  };
}

// `allowed` has made every setting one of its field; types cannot follow that through a table of kinds.
const built = <F extends Fields>(build: (nn: Builder, x: Value, options: ValuesOf<F>) => Value) => ({
  build: (nn: Builder, x: Value, settings: Settings): Value => build(nn, x, settings as unknown as ValuesOf<F>),
});
