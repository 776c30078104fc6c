import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConvzooError } from '@convzoo/layers';
import { UsageError } from '../errors.js';
import { prepareFolder } from '../output/folder.js';
import { script } from '../verify/script.js';
import { architectureSource } from './architecture.js';
import type { NetworkNames } from './names.js';
import { pythonSource } from './python.js';
import { testSource } from './test-file.js';

export interface WrittenFile {
  readonly path: string;
  /** What it is, in a few words. */
  readonly what: string;
}

/** The same for every network: where it lies already and is this one, it stays. */
const GOLDEN_SCRIPT = 'record_golden.py';

/**
 * Writes the files of a new network.
 *
 * @throws UsageError `file-exists` where one is there already: then none is written; ConvzooError `cannot-write`
 */
export async function writeNetwork(names: NetworkNames, folder: string): Promise<readonly WrittenFile[]> {
  const files = [
    { name: `${names.file}.ts`, what: 'the architecture', text: architectureSource(names) },
    { name: `${names.file}.test.mjs`, what: 'its test', text: testSource(names) },
    { name: `${names.snake}.py`, what: 'the same network in torch', text: pythonSource(names) },
    { name: GOLDEN_SCRIPT, what: "records Python's numbers", text: script() },
  ];
  const missing: typeof files = [];
  for (const file of files) if (!(await isThere(join(folder, file.name), file))) missing.push(file);
  await prepareFolder(folder);
  for (const { name, text } of missing) await writeNew(join(folder, name), text);
  return missing.map(({ name, what }) => ({ path: join(folder, name), what }));
}

async function isThere(
  path: string,
  { name, text }: { readonly name: string; readonly text: string },
): Promise<boolean> {
  if (!existsSync(path)) return false;
  if (name === GOLDEN_SCRIPT && (await readFile(path, 'utf8').catch(() => '')) === text) return true;
  throw new UsageError(
    'file-exists',
    `${path} is there already, and nothing is written over. Take another name, another --dir, or remove it.`,
  );
}

/** `wx` fails where the file has come into being meanwhile. */
async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConvzooError('cannot-write', `${path} cannot be written: ${why}.`, { cause: error });
  });
}
