type Matrix = readonly (readonly number[])[];

/** `results` outputs of a filter of `taps` taps by `inputs.length` products: output (G g * B^T d), written out as matrices. */
export interface MinimalFilter {
  /** B^T: a row a product, a column an input. */
  readonly input: Matrix;
  /** G: a row a product, a column a tap. */
  readonly taps: Matrix;
  /** A^T: a row a result, a column a product. */
  readonly output: Matrix;
}

/** Small numbers of either sign, whose powers round least. */
const POINTS = [0, 1, -1, 2, -2, 1 / 2, -1 / 2];

/** Coefficients of the product of (x - point), the constant first. */
const polynomial = (points: readonly number[]): readonly number[] =>
  points.reduce<readonly number[]>(
    (product, point) =>
      Array.from({ length: product.length + 1 }, (_, i) => (product[i - 1] ?? 0) - point * (product[i] ?? 0)),
    [1],
  );

/**
 * The Toom-Cook algorithm for F(results, taps), its last point at infinity: Blahut, "Fast Algorithms for Signal Processing", 2010,
 * chapter 5. F(4, 4) is the largest.
 */
export function minimalFilter(results: number, taps: number): MinimalFilter {
  const finite = POINTS.slice(0, results + taps - 2);
  const count = finite.length + 1;
  const powers = (point: number, length: number): readonly number[] =>
    Array.from({ length }, (_, power) => point ** power);
  const input = finite.map((point) => {
    const coefficients = polynomial(finite.filter((other) => other !== point));
    return Array.from({ length: count }, (_, i) => coefficients[i] ?? 0);
  });
  const scale = (point: number): number =>
    finite.reduce((product, other) => (other === point ? product : product * (point - other)), 1);
  const atInfinity = (length: number): readonly number[] =>
    Array.from({ length }, (_, i) => (i === length - 1 ? 1 : 0));
  return {
    input: [...input, polynomial(finite)],
    taps: [...finite.map((point) => powers(point, taps).map((power) => power / scale(point))), atInfinity(taps)],
    output: Array.from({ length: results }, (_, power) => [
      ...finite.map((point) => point ** power),
      power === results - 1 ? 1 : 0,
    ]),
  };
}
