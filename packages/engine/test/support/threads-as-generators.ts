import { readFile } from 'node:fs/promises';
import type { control as Places } from '../../src/threads/protocol.js';
import { control, type Reply, type Request, threadState } from '../../src/threads/protocol.js';
import { move, type Run, tellByMail, tellToRun } from '../../src/threads/tell.js';

/** What a thread, or the pool, is about to do that others see; it goes on with what comes of it. */
export interface Op {
  readonly do: 'load' | 'store' | 'add' | 'notify' | 'compareExchange' | 'wait';
  readonly args: readonly number[];
}
export type Steps<T = void> = Generator<Op, T, number>;

/** A fault that is planted into the source, to see whether it is found. */
export type Fault = readonly [from: string, to: string];

/** The pool's and the threads' own code, cut wherever another can come between: before each use of shared memory. */
export interface Code {
  serve(reply: (reply: Reply) => void): (request: Request) => Steps;
  tellToRun(control: Int32Array, parts: number, run: Run, hasMail: boolean, post: (part: number) => Steps): Steps;
  tellByMail(control: Int32Array, parts: number, post: (part: number) => Steps): Steps;
}

const op = (name: Op['do']) =>
  function* (_: Int32Array, ...args: readonly number[]): Steps<number> {
    return yield { do: name, args };
  };
const atomics = Object.fromEntries(
  (['load', 'store', 'add', 'notify', 'compareExchange', 'wait'] as const).map((name) => [name, op(name)]),
);
/** A memory that knows its size, and kernels that call what stands in it. */
const webAssembly = {
  Instance: class {
    readonly exports: { readonly compute: unknown };
    constructor(_: unknown, { env }: { readonly env: { readonly memory: { readonly compute: unknown } } }) {
      this.exports = { compute: env.memory.compute };
    }
  },
};

const serveText = await readFile(new URL('../../src/threads/serve.js', import.meta.url), 'utf8');
/** As the test runner has compiled them; it gives imports a name of its own. */
const tellText = [tellToRun, tellByMail, move]
  .map(String)
  .join('\n')
  .replace(/__\w+_import_\d+__/g, 'protocol');

/** Arguments in parentheses, which may have others in them. */
const deeper = (inner: string): string => `\\((?:[^()]|${inner})*\\)`;
const ARGUMENTS = deeper(deeper(deeper(deeper('\\(\\)'))));

export function codeWith(faults: readonly Fault[] = []): Code {
  let text = `${serveText}\n${tellText}`.replace(/^export /gm, '').replace(/SPINS = [\d_]+/, 'SPINS = 0');
  for (const [from, to] of faults) {
    if (!text.includes(from)) throw new Error(`there is no ${from}`);
    text = text.replaceAll(from, to);
  }
  // The innermost first: what is in parentheses has none in it any more.
  const atomic = new RegExp(`\\bAtomics(\\.\\w+)(?!.*Atomics\\.\\w+\\(.*\\))(${ARGUMENTS})`);
  while (atomic.test(text)) text = text.replace(atomic, '(yield* atomics$1$2)');
  for (const called of ['barrier', 'linger', 'run', 'move', 'post']) {
    text = text.replace(new RegExp(`(?<!function )\\b${called}${ARGUMENTS}`, 'g'), '(yield* $&)');
  }
  text = text
    .replace(/function (?=(barrier|linger|run|move|tellToRun|tellByMail)\()/g, 'function* ')
    .replace('return (request) => {', 'return function* (request) {');
  const make = new Function('atomics', 'WebAssembly', 'protocol', `${text}; return { serve, tellToRun, tellByMail };`);
  return make(atomics, webAssembly, { control: control satisfies typeof Places, threadState }) as Code;
}
