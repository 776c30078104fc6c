import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import type { ReadAt } from '../records.js';
import type { ByteSource } from '../types.js';

/** Bytes read at a time: large enough that reading is not what takes the time, small beside the pictures in memory. */
const CHUNK = 2 ** 18;

/** A file as a source of bytes; compressed ones are told by their content. */
export function fileSource(path: string): ByteSource {
  return { name: path, open: () => createReadStream(path, { highWaterMark: CHUNK }) };
}

/** Reads parts of a file. It is opened for each part, so that nothing has to be closed. */
export function readAtOf(path: string): ReadAt {
  return async (offset, count) => {
    const file = await open(path, 'r');
    try {
      const bytes = new Uint8Array(count);
      let filled = 0;
      while (filled < count) {
        const { bytesRead } = await file.read(bytes, filled, count - filled, offset + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return filled === count ? bytes : bytes.slice(0, filled);
    } finally {
      await file.close();
    }
  };
}

/** Whether a file begins as gzip does. */
export async function isGzip(path: string): Promise<boolean> {
  const start = await readAtOf(path)(0, 2);
  return start[0] === 0x1f && start[1] === 0x8b;
}
