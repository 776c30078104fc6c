import type { Tensor } from '@tensorflow/tfjs-core';
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';
import { type Array64, norm } from '../reference/array.js';

export const toTensor = ({ shape, data }: Array64): Tensor => tf.tensor(Float32Array.from(data), [...shape], 'float32');

export async function expectClose(actual: Tensor, expected: Array64, tolerance: number): Promise<void> {
  expect(actual.shape).toEqual(expected.shape);
  const data = await actual.data();
  const scale = expected.data.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  const apart = expected.data.reduce((most, value, i) => Math.max(most, Math.abs(value - (data[i] as number))), 0);
  expect(apart).toBeLessThanOrEqual(tolerance * scale);
}

/** Norm of the difference, relative to the norm of what is right or to `floor`. */
export function relativeError(actual: ArrayLike<number>, expected: Array64, floor: number): number {
  return norm(expected.data.map((value, i) => value - (actual[i] as number))) / Math.max(norm(expected.data), floor);
}
