import { UsageError } from '../errors.js';

/** One network's name, in the spellings that its files need. */
export interface NetworkNames {
  /** As it was typed: the files' name and the network's. */
  readonly file: string;
  /** The function in TypeScript. */
  readonly camel: string;
  /** The class in Python. */
  readonly pascal: string;
  /** The module in Python, which cannot have a dash. */
  readonly snake: string;
}

/** File systems allow more; messages and tables do not get better by it. */
const LONGEST = 60;

/** Names that the templates use, and words of either language that cannot be names. */
const TAKEN = new Set(
  (
    'separable names residual nn input x y z Stage None True False await break case catch class const continue ' +
    'debugger default delete do else enum export extends false finally for function if implements import in ' +
    'instanceof interface let new null package private protected public return static super switch this throw true ' +
    'try typeof var void while with yield eval arguments undefined'
  ).split(' '),
);

/**
 * The spellings of a name, with or without `.ts`.
 *
 * @throws UsageError `bad-name` for one that cannot be a file's and a function's
 */
export function namesOf(text: string): NetworkNames {
  const file = text.replace(/\.ts$/, '');
  if (!/^[a-z][a-z0-9_-]*$/i.test(file) || file.length > LONGEST) {
    throw new UsageError(
      'bad-name',
      `"${text}" cannot name a network: take up to ${LONGEST} letters, digits, - and _, a letter first. The folder goes with --dir.`,
    );
  }
  const [first = '', ...rest] = file.split(/[-_]+/).filter((word) => word !== '');
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  const tail = rest.map(capital).join('');
  const free = (name: string): string => (TAKEN.has(name) ? `${name}Net` : name);
  return {
    file,
    camel: free(first.charAt(0).toLowerCase() + first.slice(1) + tail),
    pascal: free(capital(first) + tail),
    snake: file.replaceAll('-', '_'),
  };
}
