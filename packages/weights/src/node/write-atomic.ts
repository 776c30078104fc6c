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
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(data);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw new WeightsError('cannot-write', `Cannot write ${path}: ${explain(cause)}. Nothing was written.`, { cause });
  }
}
