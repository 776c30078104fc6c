/**
 * A pair of name patterns, this project's and the other's: `['layer{s:1}.{b:0}.bn{k:1}', 'conv{s:2}_block{b:1}_{k:1}_bn']`.
 * `{name:first}` is a counter and the number it starts from on that side; both sides name the same counters. So one
 * line says both directions.
 */
export type NamePair = readonly [ours: string, theirs: string];

interface Pattern {
  readonly regex: RegExp;
  readonly counters: readonly { readonly name: string; readonly first: number }[];
  readonly text: string;
}

const COUNTER = /\{(\w+):(\d+)\}/g;

function compile(text: string): Pattern {
  const counters = [...text.matchAll(COUNTER)].map(([, name = '', first]) => ({ name, first: Number(first) }));
  const literals = text.split(/\{\w+:\d+\}/).map((part) => part.replace(/[.*+?^$()[\]{}|\\]/g, '\\$&'));
  return { regex: new RegExp(`^${literals.join('(0|[1-9]\\d{0,5})')}$`), counters, text };
}

/** One direction of a list of pairs, compiled: the first pattern that matches names the result. */
export type Translate = (name: string) => string | undefined;

function translator(pairs: readonly (readonly [from: string, to: string])[]): Translate {
  const literals = new Map<string, string>();
  const rules: [Pattern, Pattern][] = [];
  for (const [from, to] of pairs) {
    if (from.includes('{')) rules.push([compile(from), compile(to)]);
    else literals.set(from, to);
  }
  return (name) => {
    const literal = literals.get(name);
    if (literal !== undefined) return literal;
    for (const [from, to] of rules) {
      const match = from.regex.exec(name);
      if (match === null) continue;
      const values = new Map(
        from.counters.map(({ name: counter, first }, i) => [counter, Number(match[i + 1]) - first]),
      );
      if ([...values.values()].some((value) => value < 0)) continue;
      return to.text.replace(COUNTER, (_, counter: string, first: string) =>
        String((values.get(counter) ?? 0) + Number(first)),
      );
    }
    return undefined;
  };
}

/** A family's pairs are the same list every time, and compiling them takes longer than most uses. */
const compiled = new WeakMap<readonly NamePair[], Translate>();

export function toTheirs(pairs: readonly NamePair[]): Translate {
  const known = compiled.get(pairs) ?? translator(pairs);
  compiled.set(pairs, known);
  return known;
}

export const toOurs = (pairs: readonly NamePair[]): Translate =>
  translator(pairs.map(([ours, theirs]) => [theirs, ours]));
