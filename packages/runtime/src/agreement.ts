import { type Float32Tensor, formatShape, type Graph, type Parameters, sameShape } from '@convzoo/layers';
import type { Backend } from './backend.js';

/** How far two results are apart. */
export interface Difference {
  readonly maxAbs: number;
  /** `maxAbs` over the standard deviation of the reference: comparable between networks. */
  readonly relative: number;
  /** Flat index of the largest difference. */
  readonly at: number;
}

/** Population standard deviation, in two passes: one would lose its digits where the mean is far from 0. */
export function standardDeviation(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ?? 0;
  const mean = sum / values.length;
  let squares = 0;
  for (let i = 0; i < values.length; i++) squares += ((values[i] ?? 0) - mean) ** 2;
  return Math.sqrt(squares / values.length);
}

/** Compares value by value. NaN on one side only counts as infinitely far. */
export function difference(actual: ArrayLike<number>, reference: ArrayLike<number>): Difference {
  if (actual.length !== reference.length) {
    throw new RangeError(`Cannot compare ${actual.length} values with ${reference.length}.`);
  }
  let maxAbs = 0;
  let at = 0;
  for (let i = 0; i < actual.length; i++) {
    const a = actual[i] ?? 0;
    const b = reference[i] ?? 0;
    const distance = Object.is(a, b) ? 0 : Math.abs(a - b);
    if (distance > maxAbs || Number.isNaN(distance)) {
      maxAbs = Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance;
      at = i;
      if (maxAbs === Number.POSITIVE_INFINITY) break;
    }
  }
  const spread = standardDeviation(reference);
  return { maxAbs, relative: maxAbs === 0 ? 0 : maxAbs / (spread || 1), at };
}

export interface Agreement extends Difference {
  readonly backend: string;
  readonly reference: string;
  /** `output`, or a tap's name. */
  readonly result: string;
}

/**
 * Runs one network on several backends and compares each with the first, output and taps. Weights and input are the
 * caller's, so that the answer is about the backends alone.
 */
export async function compareBackends(
  graph: Graph,
  params: Parameters,
  input: Float32Tensor,
  backends: readonly Backend[],
  taps: readonly string[] = [],
): Promise<readonly Agreement[]> {
  const runs: { readonly name: string; readonly results: ReadonlyMap<string, Float32Tensor> }[] = [];
  for (const backend of backends) {
    await using session = await backend.prepare(graph, params, { taps });
    const { output, taps: tapped } = await session.run(input);
    runs.push({ name: backend.name, results: new Map([['output', output], ...Object.entries(tapped)]) });
  }
  const [reference, ...others] = runs;
  if (reference === undefined) return [];
  return others.flatMap(({ name, results }) =>
    [...results].map(([result, tensor]) => {
      const expected = reference.results.get(result);
      if (expected === undefined || !sameShape(tensor.shape, expected.shape)) {
        throw new RangeError(`${name}: ${result} has shape ${formatShape(tensor.shape)}, unlike ${reference.name}'s.`);
      }
      return { backend: name, reference: reference.name, result, ...difference(tensor.data, expected.data) };
    }),
  );
}
