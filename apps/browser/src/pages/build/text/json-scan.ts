/** What is wrong with a JSON text, and where. */
export class JsonMistake extends Error {
  constructor(
    /** What was expected, in English. */
    message: string,
    readonly offset: number,
  ) {
    super(message);
  }
}

/** Deeper than any graph; a bound on the stack. */
const MAX_DEPTH = 200;

const SPACE = /[ \t\n\r]*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids just these in texts.
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;

/**
 * Goes through a JSON text and tells where each value begins, by its place as messages have it: `nodes[3].inputs`. `JSON.parse`
 * says no places, and of mistakes each browser says something else.
 *
 * @throws JsonMistake
 */
export function scanJson(text: string, found: (place: string, offset: number) => void): void {
  let at = 0;
  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const [matched] = pattern.exec(text) ?? [];
    if (matched !== undefined) at += matched.length;
    return matched;
  };
  const space = (): void => void match(SPACE);
  const fail = (expected: string): never => {
    const got = at >= text.length ? 'the text ends' : `there is ${JSON.stringify(text.slice(at, at + 12))}`;
    throw new JsonMistake(`Expected ${expected}, but ${got}.`, Math.min(at, text.length));
  };
  const take = (character: string): boolean => {
    space();
    if (text[at] !== character) return false;
    at++;
    return true;
  };

  function value(place: string, depth: number): void {
    space();
    found(place, at);
    if (depth > MAX_DEPTH) fail('fewer values within one another');
    if (take('{')) members(place, depth);
    else if (take('[')) elements(place, depth);
    else if (match(STRING) === undefined && match(NUMBER) === undefined && match(WORD) === undefined) {
      fail(text[at] === '"' ? 'a text that ends on its line' : 'a value');
    }
  }

  function members(place: string, depth: number): void {
    if (take('}')) return;
    do {
      space();
      const key = match(STRING) ?? fail('a name in double quotes');
      if (!take(':')) fail('a colon');
      const name = JSON.parse(key) as string;
      value(place === '' ? name : `${place}.${name}`, depth + 1);
    } while (take(','));
    if (!take('}')) fail('a comma or }');
  }

  function elements(place: string, depth: number): void {
    if (take(']')) return;
    let index = 0;
    do value(`${place}[${index++}]`, depth + 1);
    while (take(','));
    if (!take(']')) fail('a comma or ]');
  }

  value('', 0);
  space();
  if (at < text.length) fail('nothing more');
}

/** The line of a place in the text, from 1. */
export const lineAt = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;
