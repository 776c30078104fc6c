import { type BigIntStats, readSync } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { type ByteSource, checkRange, shortRead } from '../byte-source.js';
import { WeightsError } from '../errors.js';
import { type OpenOptions, openWeights } from '../formats/open.js';
import { siblingParts } from '../siblings.js';
import type { WeightFile } from '../weight-file.js';
import { explain } from './system-error.js';

/** Node reads at most 2^31 - 1 bytes at once. */
const MAX_READ = 2 ** 30;

/** A file on disk, read in pieces. Close it, or what was opened on it. WeightsError `cannot-read` if it cannot be opened. */
export async function fileSource(path: string): Promise<ByteSource> {
  const handle = await openFile(path);
  try {
    const stat = await handle.stat({ bigint: true });
    if (!stat.isFile()) throw new WeightsError('cannot-read', `${path} is not a file.`);
    return sourceOf(handle, path, stat);
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

function sourceOf(handle: FileHandle, path: string, stat: BigIntStats): ByteSource {
  const size = Number(stat.size);
  const { dev, ino, mtimeNs, ctimeNs } = stat;
  return {
    name: path,
    size,
    // The time of the last change cannot be set back, unlike that of the last writing.
    fingerprint: [dev, ino, size, mtimeNs, ctimeNs].join('-'),
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
    sibling: (other) => siblingFile(path, other),
    close: () => handle.close(),
  };
}

/**
 * A file in the folder of another or below. Links that lead out of it are refused like paths that do, with one exception:
 * in the cache of the Hugging Face hub every file is a link, see {@link blobFolder}.
 */
async function siblingFile(path: string, other: string): Promise<ByteSource> {
  const file = join(dirname(path), ...siblingParts(other, path));
  try {
    const [folder, target] = await Promise.all([realpath(dirname(path)), realpath(file)]);
    const inside = target.startsWith(folder.endsWith(sep) ? folder : folder + sep);
    if (!inside && dirname(target) !== blobFolder(folder, await realpath(path))) {
      throw new WeightsError('unsafe-path', `${file} is a link that leads out of its folder; it was not read.`);
    }
    return await fileSource(target);
  } catch (cause) {
    if (cause instanceof WeightsError) throw cause;
    throw new WeightsError('cannot-read', `Cannot read ${file}: ${explain(cause)}.`, { cause });
  }
}

/**
 * Where the files of a repository lie in the hub's cache, `REPO/blobs`, if `target` is one of them and `folder` one of its
 * `REPO/snapshots/REVISION`. Whoever opens a link there means that repository, so its other files may be read too; nothing
 * else may, since the folder holds files that were fetched together and no others.
 */
function blobFolder(folder: string, target: string): string | undefined {
  const parts = folder.split(sep);
  const at = parts.lastIndexOf('snapshots');
  if (at < 1 || at + 1 >= parts.length) return undefined;
  const blobs = [...parts.slice(0, at), 'blobs'].join(sep);
  return dirname(target) === blobs ? blobs : undefined;
}

/** Opens a weight file on disk, of whatever format. Reads its header only. */
export async function openWeightsFile(path: string, options?: OpenOptions): Promise<WeightFile> {
  return openWeights(await fileSource(path), options);
}
