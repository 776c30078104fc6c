/** What the rounds of a measurement came to, in milliseconds. */
export interface Summary {
  readonly min: number;
  readonly median: number;
  readonly rounds: number;
}

export function summarise(times: readonly number[]): Summary {
  const sorted = [...times].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = ((sorted[middle] ?? Number.NaN) + (sorted[(sorted.length - 1) >> 1] ?? Number.NaN)) / 2;
  return { min: round(sorted[0] ?? Number.NaN), median: round(median), rounds: sorted.length };
}

function round(milliseconds: number): number {
  return Number(milliseconds.toPrecision(4));
}
