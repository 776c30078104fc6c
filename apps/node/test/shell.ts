/** The commands of a shell's text that call convzoo, as documentation has them; a small part of what a shell reads. */
export interface Call {
  /** The arguments, without the program. */
  readonly args: readonly string[];
  /** Where standard output goes, where it is redirected to a file. */
  readonly output?: string;
  /** The command as it stands, for messages. */
  readonly text: string;
}

type Token = { readonly word: string } | { readonly operator: string };

/** Words, with quotes undone, and the operators between them; what follows a `#` is a comment. */
function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (let rest = text.trimStart(); rest !== '' && !rest.startsWith('#'); rest = rest.trimStart()) {
    const operator = /^(?:\|\||&&|>>|<\(|[|;&><()])/.exec(rest)?.[0];
    if (operator !== undefined) {
      tokens.push({ operator });
      rest = rest.slice(operator.length);
      continue;
    }
    const word = /^(?:'[^']*'|"[^"]*"|\\.|[^\s'"\\|;&><()])+/.exec(rest)?.[0];
    if (word === undefined) throw new Error(`cannot read ${rest}`);
    tokens.push({ word: word.replaceAll(/'([^']*)'|"([^"]*)"|\\(.)/g, (_, a = '', b = '', c = '') => a + b + c) });
    rest = rest.slice(word.length);
  }
  return tokens;
}

/** Ways to start the program, as words. */
const STARTS: readonly (readonly string[])[] = [
  ['convzoo'],
  ['npx', 'convzoo'],
  ['npm', 'start', '--'],
  ['npm', 'start', '--silent', '--'],
  ['npm', 'start'],
];

/** The calls of convzoo in one command line, pipes and all. */
export function callsIn(text: string): readonly Call[] {
  const calls: Call[] = [];
  let words: string[] = [];
  let output: string | undefined;
  const finish = (): void => {
    // Variables that are set for one command.
    while (/^[A-Z_]+=/.test(words[0] ?? '')) words.shift();
    const start = STARTS.toSorted((a, b) => b.length - a.length).find((each) =>
      each.every((word, i) => words[i] === word),
    );
    if (start !== undefined)
      calls.push({ args: words.slice(start.length), text, ...(output !== undefined && { output }) });
    words = [];
    output = undefined;
  };
  let redirected = false;
  for (const token of tokensOf(text)) {
    if ('word' in token) {
      if (redirected) output = token.word;
      else words.push(token.word);
      redirected = false;
    } else if (token.operator === '>' || token.operator === '>>') redirected = true;
    else finish();
  }
  finish();
  return calls;
}

/** Lines of a text in which one that ends in a backslash goes on. */
export const logicalLines = (text: string): readonly string[] => text.replaceAll(/\\\n\s*/g, ' ').split('\n');
