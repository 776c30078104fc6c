/**
 * Largest difference over the standard deviation of the reference that counts as equal. Sound float32 implementations stay
 * below 1.1e-5; the smallest mistake of those that were tried makes 2.5e-3 (docs/parity.md).
 */
export const DEFAULT_TOLERANCE = 1e-4;

/** Whether an error is within a tolerance. NaN is not, whatever the tolerance. */
export const agrees = (error: number, tolerance: number): boolean => error <= tolerance;

/** |a - b| / scale; infinite where either is no finite number. */
export function relative(actual: number, expected: number, scale: number): number {
  const error = Math.abs(actual - expected) / scale;
  return Number.isFinite(error) ? error : Number.POSITIVE_INFINITY;
}

/** Infinite once an error is NaN, as Math.max would be NaN. */
export const worst = (errors: Iterable<number>): number => {
  let most = 0;
  for (const error of errors) most = Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(most, error);
  return most;
};

export interface Moments {
  readonly mean: number;
  readonly std: number;
  /** Share of exact zeros. */
  readonly zeros: number;
  /** Values that are NaN or infinite. */
  readonly notFinite: number;
}

/** In two passes: one would lose its digits where the mean is far from 0. */
export function momentsOf(values: Float32Array): Moments {
  let [sum, zeros, notFinite] = [0, 0, 0];
  for (const v of values) {
    sum += v;
    if (v === 0) zeros++;
    else if (!Number.isFinite(v)) notFinite++;
  }
  const mean = sum / values.length;
  let squares = 0;
  for (const v of values) squares += (v - mean) ** 2;
  return { mean, std: Math.sqrt(squares / values.length), zeros: zeros / values.length, notFinite };
}
