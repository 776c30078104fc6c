import { readSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type ByteSource, checkRange, shortRead } from '../byte-source.js';
import { WeightsError } from '../errors.js';
import { type OpenOptions, openWeights } from '../formats/open.js';
import type { WeightFile } from '../weight-file.js';
import { explain } from './system-error.js';

/** Node reads at most 2^31 - 1 bytes at once. */
const MAX_READ = 2 ** 30;

/** A file on disk, read in pieces. Close it, or what was opened on it. WeightsError `cannot-read` if it cannot be opened. */
export async function fileSource(path: string): Promise<ByteSource> {
  const handle = await openFile(path);
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw new WeightsError('cannot-read', `${path} is not a file.`);
    return sourceOf(handle, path, stat.size);
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new WeightsError('cannot-read', `Cannot read ${path}: ${explain(cause)}.`, { cause });
  }
}

function sourceOf(handle: FileHandle, path: string, size: number): ByteSource {
  return {
    name: path,
    size,
    async read(offset, length) {
      checkRange(path, size, offset, length);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, MAX_READ), offset + done);
        if (bytesRead === 0) throw shortRead(path, offset, length, done);
        done += bytesRead;
      }
      return bytes;
    },
    readSync(offset, length) {
      checkRange(path, size, offset, length);
      const bytes = new Uint8Array(length);
      for (let done = 0; done < length; ) {
        const got = readSync(handle.fd, bytes, done, Math.min(length - done, MAX_READ), offset + done);
        if (got === 0) throw shortRead(path, offset, length, done);
        done += got;
      }
      return bytes;
    },
    close: () => handle.close(),
  };
}

/** Opens a weight file on disk, of whatever format. Reads its header only. */
export async function openWeightsFile(path: string, options?: OpenOptions): Promise<WeightFile> {
  return openWeights(await fileSource(path), options);
}
