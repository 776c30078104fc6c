import { type FileHandle, open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { UsageError } from '../errors.js';
import { cannotWrite, fileExists } from './lines-file.js';

/** A `.npy` array that is written row by row. */
export interface ArrayFile extends AsyncDisposable {
  /** Rows that are there already, of an earlier run. */
  readonly rows: number;
  /** How many of them are NaN: pictures that had failed. */
  readonly failures: number;
  /** The next rows, one for each picture; undefined for one that failed, which becomes a row of NaN. */
  add(rows: readonly (Float32Array | undefined)[]): Promise<void>;
  /** Gives the array its name: nothing is there under it before. */
  finish(): Promise<void>;
}

/**
 * An array `[pictures, size]` in FILE, and beside it FILE.txt with a picture a line. Until it is whole it is called FILE.part, which
 * is what `resume` goes on from.
 *
 * @throws UsageError `file-exists`, `other-answers`; ConvzooError `cannot-write`
 */
export async function openArray(
  path: string,
  pictures: readonly string[],
  { size, resume }: { readonly size: number; readonly resume: boolean },
): Promise<ArrayFile> {
  const part = `${path}.part`;
  const names = pictures.map((picture) => `${picture.replaceAll('\n', '?')}\n`).join('');
  const header = npyHeader([pictures.length, size]);
  const [there] = (await Promise.all([path, part].map(async (each) => ((await isThere(each)) ? [each] : [])))).flat();
  if (there !== undefined && !resume) throw fileExists(there);
  const tried = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw cannotWrite(path, error);
    });
  if (there === undefined) {
    // The names first: rows without names would be of no use.
    await tried(writeFile(`${path}.txt`, names));
    await tried(writeFile(part, header));
  }
  const now = there ?? part;
  const earlier = await earlierRows(now, { beside: `${path}.txt`, names, header, size });
  const file = await tried(open(now, 'r+'));
  let end = header.length + 4 * size * earlier.rows;
  await tried(file.truncate(end));
  const missing = new Float32Array(size).fill(Number.NaN);
  return {
    ...earlier,
    async add(rows) {
      const bytes = Buffer.concat(
        rows.map((row = missing) => new Uint8Array(row.buffer, row.byteOffset, row.byteLength)),
      );
      await tried(writeAll(file, bytes, end));
      end += bytes.length;
    },
    async finish() {
      await tried(file.sync());
      if (now === part) await tried(rename(part, path));
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

/** A full disk may take a part of what is written, and says so at the next try only. */
async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; )
    at += (await file.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
}

/** The beginning of a float32 array as NumPy's format 1.0 has it, its values at a multiple of 64 bytes. */
function npyHeader(shape: readonly [number, number]): Uint8Array {
  const dictionary = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const length = Math.ceil((10 + dictionary.length + 1) / 64) * 64;
  const header = Buffer.alloc(length, ' ');
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  header.writeUInt16LE(length - 10, 8);
  header.write(dictionary, 10, 'latin1');
  header.write('\n', length - 1);
  return header;
}

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

interface Wanted {
  readonly beside: string;
  readonly names: string;
  readonly header: Uint8Array;
  readonly size: number;
}

/** The whole rows of a file, which has to be of the same pictures and of vectors as long. */
async function earlierRows(
  path: string,
  { beside, names, header, size }: Wanted,
): Promise<{ readonly rows: number; readonly failures: number }> {
  await using file = await open(path, 'r');
  const begin = Buffer.alloc(header.length);
  await file.read(begin, 0, header.length, 0);
  const namesThere = await readFile(beside, 'utf8').catch(() => undefined);
  if (!begin.equals(header) || namesThere !== names) {
    throw new UsageError(
      'other-answers',
      `${path} is not of these pictures in this order, or of vectors of another length. Take another --output.`,
    );
  }
  const rows = Math.floor(((await file.stat()).size - header.length) / (4 * size));
  let failures = 0;
  const first = Buffer.alloc(4);
  for (let row = 0; row < rows; row++) {
    await file.read(first, 0, 4, header.length + 4 * size * row);
    if (Number.isNaN(first.readFloatLE())) failures++;
  }
  return { rows, failures };
}
