/** How a published number comes from an exact one. */
export type Rounding = 'exact' | 'rounded' | 'cut' | 'tolerated' | 'unexplained';

/**
 * `rounded` or `cut` to the last digit that is printed, or no further away than what its table is known to be off by.
 * Tables that print fixed decimals drop zeros at the end, so coarser digits than the printed ones count as well.
 */
export function roundingOf(exact: number, published: number, tolerance: number): Rounding {
  if (exact === published) return 'exact';
  const unit = lastDigit(published);
  if (Math.round(exact / unit) * unit === published) return 'rounded';
  if (Math.floor(exact / unit) * unit === published) return 'cut';
  return Math.abs(exact - published) <= tolerance ? 'tolerated' : 'unexplained';
}

/** 3,800,000,000 is printed to 100,000,000. */
export function lastDigit(value: number): number {
  let unit = 1;
  while (value !== 0 && value % (unit * 10) === 0) unit *= 10;
  return unit;
}
