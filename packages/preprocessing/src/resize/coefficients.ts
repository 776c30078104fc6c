import type { Kernel } from './filters.js';

/** Fraction bits of a weight: 32 less 8 for the sample and 2 for the overshoot of cubic filters (Resample.c). */
export const PRECISION_BITS = 32 - 8 - 2;

/** For each output position of one axis: the first source position, how many, and their weights as integers. */
export interface Coefficients {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `taps` weights a position, the unused ones zero. */
  readonly weights: Int32Array;
  readonly taps: number;
}

/**
 * The weights of one axis, as `precompute_coeffs` and `normalize_coeffs_8bpc` of Pillow's Resample.c compute them.
 * When shrinking, the filter is stretched over all source pixels that an output pixel covers (antialiasing).
 *
 * @param from start of the source interval, in pixels of the source; a fraction is allowed, as is
 * @param to its end
 */
export function computeCoefficients(
  sourceSize: number,
  from: number,
  to: number,
  size: number,
  kernel: Kernel,
): Coefficients {
  // Pillow subtracts two C floats.
  const scale = Math.fround(to - from) / size;
  const filterScale = Math.max(scale, 1);
  const support = kernel.support * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(size);
  const count = new Int32Array(size);
  const weights = new Int32Array(size * taps);
  const exact = new Float64Array(taps);
  const inverse = 1 / filterScale;
  for (let position = 0; position < size; position++) {
    const center = from + (position + 0.5) * scale;
    // Truncation towards zero, as a C cast; negative starts are cut off anyway.
    const start = Math.max(0, Math.trunc(center - support + 0.5));
    const end = Math.min(sourceSize, Math.trunc(center + support + 0.5));
    const n = end - start;
    let sum = 0;
    for (let i = 0; i < n; i++) {
      const weight = kernel.weight((i + start - center + 0.5) * inverse);
      exact[i] = weight;
      sum += weight;
    }
    first[position] = start;
    count[position] = n;
    for (let i = 0; i < n; i++) {
      const weight = sum === 0 ? (exact[i] as number) : (exact[i] as number) / sum;
      const scaled = weight * 2 ** PRECISION_BITS;
      weights[position * taps + i] = Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
  }
  return { first, count, weights, taps };
}
