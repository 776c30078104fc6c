import { type Float32Tensor, formatShape, sameShape } from '@convzoo/layers';
import { standardDeviation } from '@convzoo/runtime';
import type { GoldenRecord } from '../record/record.js';
import { relative, worst } from './measure.js';

export interface LogitsResult {
  /** Largest difference over the spread of the record's logits; infinite for NaN, Infinity or another shape. */
  readonly error: number;
  /** What is wrong beside the size of the error. */
  readonly fault?: string;
}

/** Compares both items' logits. */
export function compareLogits({ data, shape }: Float32Tensor, record: GoldenRecord): LogitsResult {
  const { logits0, logits1 } = record;
  const n = logits0.length;
  if (!sameShape(shape, [2, n])) {
    const fault = `the network answers ${formatShape(shape)}, the record ${formatShape([2, n])}`;
    return { error: Number.POSITIVE_INFINITY, fault };
  }
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    return {
      error: Number.POSITIVE_INFINITY,
      fault: `logit ${bad % n} of item ${Math.floor(bad / n)} is ${data[bad]}`,
    };
  // Not the record's own `std`, which has fewer digits.
  const std = standardDeviation(logits0);
  const [first, second] = [data.subarray(0, n), data.subarray(n)];
  const each = (actual: Float32Array, expected: readonly number[]): number =>
    worst(expected.map((value, i) => relative(actual[i] ?? Number.NaN, value, std)));
  // Errors of a sum of n logits add up, at most to n times the tolerance of one.
  const total = second.reduce((sum, v) => sum + v, 0);
  // |a^2 - b^2| = |a - b| * |a + b|, and the mean of |a + b| is below twice the root mean square.
  const squares = second.reduce((sum, v) => sum + v * v, 0);
  const rms = Math.sqrt(logits1.sumsq / n) || std;
  return {
    error: worst([
      each(first, logits0),
      each(second, logits1.first16),
      relative(total, logits1.sum, n * std),
      relative(squares, logits1.sumsq, 2 * n * rms * std),
    ]),
  };
}
