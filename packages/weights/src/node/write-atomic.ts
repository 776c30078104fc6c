import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { WeightsError } from '../errors.js';
import { explain } from './system-error.js';

/**
 * Writes a file whole or not at all: under a temporary name in the same folder, flushed to disk, then renamed, so that a
 * reader never meets half of it and a failure leaves what was there. The folder must exist. WeightsError `cannot-write`.
 */
export async function writeFileAtomic(path: string, data: Uint8Array | string): Promise<void> {
  await writeFilesAtomic(new Map([[path, data]]));
}

/**
 * Writes files that belong together, by path: all of them under temporary names first, so that a disk that fills up leaves
 * what was there; then all are renamed, in their order. Put the one that refers to the others last.
 */
export async function writeFilesAtomic(files: ReadonlyMap<string, Uint8Array | string>): Promise<void> {
  const staged = new Map<string, string>();
  let current = '';
  let done = 0;
  try {
    for (const [path, data] of files) {
      current = path;
      const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
      staged.set(path, temporary);
      await stage(temporary, data);
    }
    for (const [path, temporary] of staged) {
      current = path;
      await rename(temporary, path);
      done++;
    }
  } catch (cause) {
    for (const temporary of staged.values()) await rm(temporary, { force: true }).catch(() => undefined);
    const written = done === 0 ? 'Nothing was written' : `Only ${done} of ${files.size} files were written`;
    throw new WeightsError('cannot-write', `Cannot write ${current}: ${explain(cause)}. ${written}.`, { cause });
  }
}

async function stage(temporary: string, data: Uint8Array | string): Promise<void> {
  const handle = await open(temporary, 'wx');
  try {
    await handle.writeFile(data);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
