import { type Filter, KERNELS, type Kernel } from './filters.js';

/** Fraction bits of a weight: 32 less 8 for the sample and 2 for the overshoot of cubic filters (Resample.c). */
const PRECISION_BITS = 32 - 8 - 2;

/** One axis of a resize: for each output position the first source position, how many, and their weights. */
export interface Coefficients {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `taps` integer weights a position, the unused ones zero. */
  readonly weights: Int32Array;
  readonly taps: number;
  /** Fraction bits of the weights. */
  readonly precision: number;
}

/** An axis that is not resampled: `size` positions from `start` on are taken as they are. */
export interface Unchanged {
  readonly start: number;
  readonly size: number;
}

export type Axis = Coefficients | Unchanged;

export function isUnchanged(axis: Axis): axis is Unchanged {
  return 'start' in axis;
}

/** What is to be computed of one axis. */
export interface AxisPlan {
  readonly sourceSize: number;
  /** Start of the source interval, in pixels of the source; a fraction is allowed. */
  readonly from: number;
  /** End of the source interval. */
  readonly to: number;
  /** Size of the whole result. */
  readonly size: number;
  /** First position of the result that is wanted, and how many are. */
  readonly start: number;
  readonly wanted: number;
}

/**
 * The weights of one axis, as `precompute_coeffs` and `normalize_coeffs_8bpc` of Pillow's Resample.c compute them.
 * When shrinking, the filter is stretched over all source pixels that an output pixel covers (antialiasing).
 */
function computeCoefficients(plan: AxisPlan, kernel: Kernel): Coefficients {
  const { sourceSize, from, to, size, start, wanted } = plan;
  // Pillow subtracts two C floats.
  const scale = Math.fround(to - from) / size;
  const filterScale = Math.max(scale, 1);
  const support = kernel.support * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(wanted);
  const count = new Int32Array(wanted);
  const weights = new Int32Array(wanted * taps);
  const exact = new Float64Array(taps);
  const inverse = 1 / filterScale;
  for (let i = 0; i < wanted; i++) {
    const center = from + (start + i + 0.5) * scale;
    // Truncation towards zero, as a C cast; negative starts are cut off anyway.
    const begin = Math.max(0, Math.trunc(center - support + 0.5));
    const n = Math.min(sourceSize, Math.trunc(center + support + 0.5)) - begin;
    let sum = 0;
    for (let k = 0; k < n; k++) {
      const weight = kernel.weight((k + begin - center + 0.5) * inverse);
      exact[k] = weight;
      sum += weight;
    }
    first[i] = begin;
    count[i] = n;
    for (let k = 0; k < n; k++) {
      const weight = sum === 0 ? (exact[k] as number) : (exact[k] as number) / sum;
      const scaled = weight * 2 ** PRECISION_BITS;
      weights[i * taps + k] = Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
  }
  return { first, count, weights, taps, precision: PRECISION_BITS };
}

/** Pictures of a data set often have one size, and a batch has one target: the last few axes are kept. */
const KEPT_AXES = 8;
/** Weights beyond this number are not kept. */
const MAX_KEPT_WEIGHTS = 2 ** 16;
const kept = new Map<string, Coefficients>();

/** `computeCoefficients`, not done again for the axes that came last. */
export function coefficientsOf(plan: AxisPlan, filter: Exclude<Filter, 'nearest'>): Coefficients {
  const { sourceSize, from, to, size, start, wanted } = plan;
  const key = [filter, sourceSize, from, to, size, start, wanted].join(' ');
  const found = kept.get(key);
  const coefficients = found ?? computeCoefficients(plan, KERNELS[filter]);
  if (coefficients.weights.length > MAX_KEPT_WEIGHTS) return coefficients;
  // A Map keeps the order of insertion: the one that was not used for longest comes first.
  kept.delete(key);
  kept.set(key, coefficients);
  if (kept.size > KEPT_AXES) kept.delete(kept.keys().next().value as string);
  return coefficients;
}
