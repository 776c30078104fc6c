import type { Float32Tensor } from '@convzoo/layers';
import { expect } from 'vitest';
import type { GoldenRecord, GoldenTap } from './records.js';

/**
 * Largest difference over the standard deviation of the reference that counts as equal. Sound float32 implementations
 * stay below 1.1e-5; the smallest mistake of those tried in ../shared/goldens/README.md makes 2.5e-3.
 */
const TOLERANCE = 1e-4;

/** The records have three decimals of the share of zeros. A ReLU's input within rounding of 0 may move it a little. */
const ZEROS = 5e-4 + 1e-5;

const worst = (actual: ArrayLike<number>, expected: readonly number[]): number =>
  expected.reduce((max, value, i) => Math.max(max, Math.abs((actual[i] ?? Number.NaN) - value)), 0);

const sum = (values: Float32Array, f: (v: number) => number): number => {
  let total = 0;
  for (const v of values) total += f(v);
  return total;
};

/** Both items' logits. Errors of a sum of n logits add up, at most to n times the tolerance of one. */
export function compareLogits({ data, shape }: Float32Tensor, record: GoldenRecord): void {
  const { logits0, logits1, std, case: name } = record;
  expect(shape).toEqual([2, logits0.length]);
  const [first, second] = [data.subarray(0, logits0.length), data.subarray(logits0.length)];
  expect(worst(first, logits0) / std, `${name}: logits of item 0`).toBeLessThan(TOLERANCE);
  expect(worst(second, logits1.first16) / std, `${name}: logits of item 1`).toBeLessThan(TOLERANCE);
  const n = logits0.length;
  expect(Math.abs(sum(second, (v) => v) - logits1.sum) / (n * std), `${name}: their sum`).toBeLessThan(TOLERANCE);
  // |a^2 - b^2| = |a - b| * |a + b|, and the mean of |a + b| is below twice the root mean square.
  const rms = Math.sqrt(logits1.sumsq / n);
  const squares = sum(second, (v) => v * v);
  expect(Math.abs(squares - logits1.sumsq) / (2 * n * rms * std), `${name}: sum of squares`).toBeLessThan(TOLERANCE);
}

/** Flat index of torch's `[n, c, h, w]` in this project's `[n, h, w, c]`. */
function channelsLast(index: number, [, channels = 1, height = 1, width = 1]: readonly number[]): number {
  const pixels = height * width;
  const item = Math.floor(index / (channels * pixels));
  const channel = Math.floor(index / pixels) % channels;
  return (item * pixels + (index % pixels)) * channels + channel;
}

/** One tap: its values, their mean and deviation, and how many of them are exactly 0. */
export function compareTap({ data, shape }: Float32Tensor, tap: GoldenTap, record: GoldenRecord): void {
  const isTorch = record.input.layout === 'NCHW';
  const [n = 0, ...rest] = tap.shape;
  const [channels = 0, ...extents] = isTorch ? rest : [rest.at(-1) ?? 0, ...rest.slice(0, -1)];
  // torch keeps the 1x1 map of a global pool, this project gives a vector.
  const isVector = shape.length === 2 && extents.every((extent) => extent === 1);
  expect(shape, `${record.case}: shape of ${tap.name}`).toEqual([n, ...(isVector ? [] : extents), channels]);
  const at = isTorch ? tap.at.map((index) => channelsLast(index, tap.shape)) : tap.at;
  const close = (actual: number, expected: number, what: string) =>
    expect(Math.abs(actual - expected) / tap.std, `${record.case}: ${what} of ${tap.name}`).toBeLessThan(TOLERANCE);
  at.forEach((index, i) => {
    close(data[index] ?? Number.NaN, tap.values[i] ?? 0, `value ${index}`);
  });
  const mean = sum(data, (v) => v) / data.length;
  close(mean, tap.mean, 'mean');
  close(Math.sqrt(sum(data, (v) => (v - mean) ** 2) / data.length), tap.std, 'deviation');
  const zeros = sum(data, (v) => (v === 0 ? 1 : 0)) / data.length;
  expect(Math.abs(zeros - tap.zeros), `${record.case}: zeros of ${tap.name}`).toBeLessThan(ZEROS);
}
