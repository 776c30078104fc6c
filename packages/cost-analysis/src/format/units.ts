const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P'] as const;

// Making a formatter takes longer than using it a thousand times, so it is made once, and only where one is used.
let integers: Intl.NumberFormat | undefined;

/** `25557032` as `25,557,032`; half counts (imgclsmob has some) keep their digit. */
export function formatInteger(value: number): string {
  integers ??= new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });
  return integers.format(value);
}

/** Three digits or so with an SI prefix of 1000: `4089184256` as `4.09 G`, `812` as `812`. */
export function formatCount(value: number): string {
  return withPrefix(value, '').trim();
}

/** Bytes in decimal units: `102228128` as `102.23 MB`. */
export function formatBytes(bytes: number): string {
  return withPrefix(bytes, 'B');
}

/** Joules as `18.9 mJ`: energies of inferences lie between microjoules and joules. */
export function formatJoules(joules: number): string {
  for (const [unit, size] of [
    ['J', 1],
    ['mJ', 1e-3],
    ['\u00b5J', 1e-6],
  ] as const) {
    if (joules >= size) return `${(joules / size).toPrecision(3)} ${unit}`;
  }
  return `${(joules / 1e-9).toPrecision(3)} nJ`;
}

/** A share of 1 in percent: `0.0306` as `3.06 %`. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}

function withPrefix(value: number, unit: string): string {
  let scaled = value;
  let step = 0;
  // 999,995 is 1.00 M, not 1000.00 k: what would round up to 1000 belongs to the next prefix.
  while (step + 1 < PREFIXES.length && Math.abs(scaled) >= (step === 0 ? 1000 : 999.995)) {
    scaled /= 1000;
    step++;
  }
  const digits = step === 0 ? formatInteger(scaled) : scaled.toFixed(2);
  return `${digits} ${PREFIXES[step]}${unit}`;
}
