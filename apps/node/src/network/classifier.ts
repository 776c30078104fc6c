import { readFile } from 'node:fs/promises';
import { freeArray } from '@convzoo/layers';
import { decode, type Image } from '@convzoo/preprocessing';
import { fileError } from '../pictures/file-error.js';

export interface Guess {
  readonly index: number;
  readonly label: string;
  readonly probability: number;
}

/** Reads and decodes a picture; the file system's own errors get a code and a sentence. */
export async function readPicture(path: string): Promise<Image> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(path, error);
  });
  try {
    return await decode(bytes);
  } finally {
    freeArray(bytes);
  }
}

/** The `count` most probable classes, the first first. */
export function topGuesses(probabilities: Float64Array, labels: readonly string[], count: number): readonly Guess[] {
  return [...probabilities]
    .map((probability, index) => ({ index, label: labels[index] ?? `class ${index}`, probability }))
    .sort((a, b) => b.probability - a.probability || a.index - b.index)
    .slice(0, count);
}
