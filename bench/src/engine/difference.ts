/** Largest difference from the engine that still counts as the same answer. */
export const TOLERANCE = 1e-3;

/** For what cannot be compared: JSON has no infinity. */
const INCOMPARABLE = Number.MAX_VALUE;

/** Largest difference as a part of the largest value of the reference. */
export function difference(output: readonly number[], reference: readonly number[]): number {
  if (output.length !== reference.length) return INCOMPARABLE;
  const largest = reference.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const apart = output.reduce((most, value, i) => Math.max(most, Math.abs(value - (reference[i] ?? 0))), 0);
  // NaN must not pass for agreement.
  const part = apart / largest;
  return Number.isFinite(part) ? part : INCOMPARABLE;
}
