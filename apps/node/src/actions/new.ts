import { join } from 'node:path';
import { type OutputOptions, printJson, terminalOf } from '../output/terminal.js';
import { namesOf } from '../scaffold/names.js';
import { writeNetwork } from '../scaffold/write.js';

interface NewOptions extends OutputOptions {
  readonly dir: string;
}

export async function beginNetwork(name: string, options: NewOptions): Promise<void> {
  const terminal = terminalOf(options);
  const names = namesOf(name);
  const files = await writeNetwork(names, options.dir);
  if (options.json === true) {
    printJson({ name: names.file, files: files.map(({ path }) => path) });
    return;
  }
  const longest = Math.max(...files.map(({ path }) => path.length));
  for (const { path, what } of files) {
    const line = `${path.padEnd(longest)}  ${terminal.colors.dim(what)}`;
    terminal.print(longest + 2 + what.length <= terminal.width ? line : path);
  }
  const at = (file: string): string => shellPath(join(options.dir, file));
  terminal.note('\nIt works as it is:');
  terminal.note(`  convzoo cost ${at(`${names.file}.ts`)}`);
  terminal.note(`  convzoo graph ${at(`${names.file}.ts`)}`);
  terminal.note(`  node --test ${at(`${names.file}.test.mjs`)}`);
  terminal.note('Against torch:');
  terminal.note(`  python ${at('record_golden.py')} ${at(`${names.snake}.py`)}:build \\`);
  terminal.note(`    --size 64 --taps all -o ${at(`${names.file}.jsonl`)}`);
  terminal.note(`  convzoo verify ${at(`${names.file}.ts`)} --golden ${at(`${names.file}.jsonl`)}`);
}

/** As a POSIX shell takes it. */
const shellPath = (path: string): string =>
  /^[\w@%+=:,./\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
