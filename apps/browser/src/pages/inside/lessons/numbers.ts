/** `3,888`: every digit, in the same form in both languages. */
export const exactly = (value: number): string => value.toLocaleString('en-US');

/** A factor over many orders of magnitude: `28.6`, `1.95 x 10^8`. */
export function formatFactor(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (value === 0 || (value >= 0.01 && value < 10_000)) return value.toPrecision(3);
  const [digits = '', exponent = ''] = value.toExponential(2).split('e');
  return `${digits} × 10${superscript(Number(exponent))}`;
}

/** `10⁻⁸` has this exponent. */
export const superscript = (exponent: number): string =>
  [...String(exponent)].map((letter) => RAISED[letter] ?? letter).join('');

const RAISED: Readonly<Record<string, string>> = {
  '-': '⁻',
  0: '⁰',
  1: '¹',
  2: '²',
  3: '³',
  4: '⁴',
  5: '⁵',
  6: '⁶',
  7: '⁷',
  8: '⁸',
  9: '⁹',
};
