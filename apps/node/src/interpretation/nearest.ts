import { open } from 'node:fs/promises';
import { UsageError } from '../errors.js';
import { fileError } from '../pictures/file-error.js';

export interface Neighbour {
  readonly image: string;
  /** Cosine of the angle between the two vectors, from -1 to 1. */
  readonly similarity: number;
}

/** Vectors by picture, for the question which are most like one: 4 bytes a value are kept. */
export class NearestIndex {
  readonly #unit = new Map<string, Float32Array>();

  add(image: string, vector: Float32Array): void {
    this.#unit.set(image, unit(vector));
  }

  /** The direction of a picture's vector. */
  directionOf(image: string): Float32Array | undefined {
    return this.#unit.get(image);
  }

  /** The `count` most similar pictures, the most similar first, but not the picture itself. */
  nearest(image: string, vector: Float32Array, count: number): readonly Neighbour[] {
    const wanted = unit(vector);
    const best: Neighbour[] = [];
    for (const [other, values] of this.#unit) {
      if (other === image) continue;
      const neighbour = { image: other, similarity: dot(wanted, values) };
      const last = best.at(-1);
      // Of thousands only a few are kept, so they are put in their place rather than all sorted.
      if (best.length === count && last !== undefined && before(last, neighbour) <= 0) continue;
      const place = best.findIndex((each) => before(neighbour, each) < 0);
      best.splice(place < 0 ? best.length : place, 0, neighbour);
      if (best.length > count) best.pop();
    }
    return best;
  }
}

const before = (a: Neighbour, b: Neighbour): number => b.similarity - a.similarity || (a.image < b.image ? -1 : 1);

/** A vector of zeros has no direction and stays as it is: nothing is similar to it. */
function unit(vector: Float32Array): Float32Array {
  const length = Math.sqrt(dot(vector, vector));
  return length === 0 ? vector : vector.map((value) => value / length);
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] ?? 0) * (b[i] ?? 0);
  return sum;
}

/** Characters of a line: a million features of 20 digits. */
const MAX_LINE = 20_000_000;

/**
 * The vectors of a file that `features` wrote as JSON Lines; pictures that had failed are left out.
 *
 * @throws UsageError `bad-index` where a line is none of these, or its vector has another length or is of another layer
 */
export async function readIndex(path: string, layer: string, size: number): Promise<NearestIndex> {
  const index = new NearestIndex();
  const handle = await open(path).catch((error: unknown) => {
    throw fileError(path, error);
  });
  let line = 0;
  for await (const text of handle.readLines()) {
    line++;
    if (text.trim() === '') continue;
    const entry = text.length <= MAX_LINE ? parse(text) : undefined;
    const where = `${path}, line ${line}`;
    if (entry === undefined) {
      throw new UsageError('bad-index', `${where} is no line of "convzoo features": { image, layer, features }.`);
    }
    if (entry.features === undefined) continue;
    if (entry.layer !== layer || entry.features.length !== size) {
      throw new UsageError(
        'bad-index',
        `${where} has ${entry.features.length} features of ${entry.layer}; these pictures have ${size} of ${layer}. Make both with one network and one layer.`,
      );
    }
    index.add(entry.image, entry.features);
  }
  return index;
}

interface IndexEntry {
  readonly image: string;
  readonly layer?: string;
  readonly features?: Float32Array;
}

function parse(text: string): IndexEntry | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('image' in value) || typeof value.image !== 'string')
    return undefined;
  const { image } = value;
  if ('error' in value) return { image };
  if (!('layer' in value) || typeof value.layer !== 'string' || !('features' in value)) return undefined;
  const { layer, features } = value;
  if (!Array.isArray(features) || !features.every((number) => typeof number === 'number')) return undefined;
  return { image, layer, features: Float32Array.from(features) };
}
