import { once } from 'node:events';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConvzooError, float32Tensor } from '@convzoo/layers';
import { writeNpy } from '@convzoo/weights';
import { writeFilesAtomic } from '@convzoo/weights/node';
import type { Failure } from '../errors.js';
import type { Neighbour } from './nearest.js';

/** What is said of a picture: one line. */
export interface FeatureEntry {
  readonly image: string;
  readonly layer?: string;
  readonly features?: readonly number[];
  readonly nearest?: readonly Neighbour[];
  readonly error?: Failure;
}

/** Takes what is said of each picture, in order. */
export interface FeatureOutput {
  add(entry: FeatureEntry, features: Float32Array | undefined): Promise<void>;
  /** Makes the result whole; nothing is there under its name before. */
  finish(): Promise<void>;
  /** Takes back what is not finished. */
  abandon(): Promise<void>;
}

/** JSON Lines on stdout: waits for a reader that is slow. */
export function linesToStdout(): FeatureOutput {
  return {
    async add(entry) {
      if (!process.stdout.write(`${JSON.stringify(entry)}\n`)) await once(process.stdout, 'drain');
    },
    finish: async () => undefined,
    abandon: async () => undefined,
  };
}

/**
 * JSON Lines in a file, which has a temporary name until it is whole.
 *
 * @throws ConvzooError `cannot-write`
 */
export async function linesToFile(path: string): Promise<FeatureOutput> {
  const temporary = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`);
  const tried = async <T>(work: Promise<T>): Promise<T> =>
    work.catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ConvzooError('cannot-write', `Cannot write ${path}: ${why}.`, { cause });
    });
  const handle: FileHandle = await tried(open(temporary, 'w'));
  return {
    add: (entry) => tried(handle.appendFile(`${JSON.stringify(entry)}\n`)),
    async finish() {
      await tried(handle.sync());
      await handle.close();
      await tried(rename(temporary, path));
    },
    async abandon() {
      await handle.close().catch(() => undefined);
      await rm(temporary, { force: true });
    },
  };
}

/**
 * A `.npy` array `[pictures, size]`, and beside it `FILE.txt` with a picture a line. A picture that failed has a row of NaN, so
 * that rows and lines stay together. The array is gathered in memory: 4 bytes a value.
 */
export function arrayToFile(path: string, pictures: readonly string[], size: number): FeatureOutput {
  const data = new Float32Array(pictures.length * size).fill(Number.NaN);
  let row = 0;
  return {
    async add(_, features) {
      if (features !== undefined) data.set(features, row * size);
      row++;
    },
    async finish() {
      const names = pictures.map((picture) => `${picture.replaceAll('\n', '?')}\n`).join('');
      const array = writeNpy(float32Tensor([pictures.length, size], data));
      await writeFilesAtomic(
        new Map<string, Uint8Array | string>([
          [`${path}.txt`, names],
          [path, array],
        ]),
      );
    },
    abandon: async () => undefined,
  };
}
