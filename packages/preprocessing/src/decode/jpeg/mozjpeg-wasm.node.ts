import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';

/** Node cannot fetch a file URL, so the decoder's code is read from the package's folder. */
export async function loadMozjpegWasm(): Promise<Uint8Array | undefined> {
  const path = createRequire(import.meta.url).resolve('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm');
  return readFile(path);
}
