import { open, rm } from 'node:fs/promises';
import { openLines, readEarlier } from '../stream/lines-file.js';
import type { Picture } from '../stream/picture.js';
import { type FeatureEntry, type FeatureOutput, type FileOptions, kindOf, linesToFile } from './feature-output.js';
import { readIndex } from './nearest.js';

/** Bytes of lines that are written at once. */
const CHUNK = 65_536;

/**
 * The nearest of each picture among the pictures themselves, as JSON Lines. Nothing can be said before the last vector is
 * known, so these wait in PATH.vectors, which is what `resume` goes on from; it is removed when all is written.
 */
export async function nearestToFile(
  path: string,
  pictures: readonly Picture[],
  options: FileOptions,
  count: number,
): Promise<FeatureOutput> {
  const waiting = `${path}.vectors`;
  const earlier = await readEarlier(path, kindOf(options, true), options.resume);
  const isWhole = pictures.every(({ name }) => earlier.images.has(name));
  const vectors = await linesToFile(waiting, isWhole ? [] : pictures, { ...options, nearest: false });
  return {
    ...vectors,
    failures: isWhole ? earlier.failures : vectors.failures,
    async finish() {
      if (!isWhole) {
        const index = await readIndex(waiting, options.layer, options.size);
        await using file = await openLines(path, earlier);
        let lines = '';
        for await (const { image, error } of entriesOf(waiting)) {
          if (earlier.images.has(image)) continue;
          const vector = index.directionOf(image);
          const found = vector === undefined ? { error } : { nearest: index.nearest(image, vector, count) };
          lines += `${JSON.stringify({ image, ...found })}\n`;
          if (lines.length < CHUNK) continue;
          await file.write(lines);
          lines = '';
        }
        await file.write(lines);
      }
      await rm(waiting, { force: true });
    },
  };
}

/** The lines that `linesToFile` has written. */
async function* entriesOf(path: string): AsyncGenerator<Pick<FeatureEntry, 'image' | 'error'>, void, undefined> {
  await using file = await open(path);
  for await (const line of file.readLines()) if (line !== '') yield JSON.parse(line) as FeatureEntry;
}
