import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Node cannot fetch a file URL, so a codec's code is read from its package's folder. */
export async function loadWasmBinary(path: string): Promise<Uint8Array | undefined> {
  return readFile(createRequire(import.meta.url).resolve(path));
}
