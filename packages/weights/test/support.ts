import { readFileSync } from 'node:fs';
import { type Float32Tensor, float32Tensor, type Graph, paramsOf, sizeOf } from '@convzoo/layers';
import { type NamedTensor, WeightsError } from '../src/index.js';

export const fixture = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(new URL(`fixtures/${name}`, import.meta.url)));

const golden = (name: string): string =>
  readFileSync(new URL(`../../../fixtures/goldens/${name}`, import.meta.url), 'utf8');

/** Records of a file of fixtures/goldens. */
export const records = <T>(name: string): readonly T[] =>
  golden(name)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as T);

/** A small generator of numbers (mulberry32), so that random tests are the same everywhere. */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Parameters in which every number is another one. */
export function countingParameters(graph: Graph): Map<string, Float32Tensor> {
  let next = 1;
  return new Map(
    paramsOf(graph).map(({ path, shape }) => [
      path,
      float32Tensor(
        shape,
        Float32Array.from({ length: sizeOf(shape) }, () => next++),
      ),
    ]),
  );
}

export const tensor = (name: string, shape: readonly number[], values?: ArrayLike<number>): NamedTensor => ({
  name,
  tensor: {
    shape,
    dtype: 'float32',
    data: values === undefined ? new Float32Array(sizeOf(shape)) : Float32Array.from(values),
  },
});

/** The code of the WeightsError that `use` throws; anything else it throws, or nothing, fails. */
export async function codeOf(use: () => unknown): Promise<string> {
  try {
    await use();
  } catch (error) {
    if (error instanceof WeightsError && error.message.length > 10) return error.code;
    throw error;
  }
  return 'no error';
}
