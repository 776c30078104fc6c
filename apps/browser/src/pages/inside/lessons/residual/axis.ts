/** A linear axis of a chart. */
export interface Axis {
  readonly min: number;
  readonly max: number;
  readonly ticks: readonly number[];
}

/** Steps between ticks: 1, 2 or 5 times a power of ten; at most `count` of them. */
function stepOf(range: number, count: number): number {
  const rough = range / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  return ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10) * power;
}

/** Ticks at round numbers, and ends on them. */
export function axisOf(low: number, high: number, count = 6): Axis {
  const step = stepOf(Math.max(high - low, 1e-9), count);
  const first = Math.floor(low / step + 1e-9);
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  return { min: first * step, max: last * step, ticks };
}

/** Of values over many orders of magnitude: min and max are exponents of ten, and so are the ticks. */
export function logAxisOf(values: readonly number[]): Axis {
  const exponents = values.flatMap((value) => (value > 0 && Number.isFinite(value) ? [Math.log10(value)] : []));
  const [low, high] = [Math.min(0, ...exponents), Math.max(0, ...exponents)];
  // At least a power of ten on each side of 1.
  const axis = axisOf(Math.min(low, -1), Math.max(high, 1));
  return { ...axis, ticks: axis.ticks.filter(Number.isInteger) };
}
