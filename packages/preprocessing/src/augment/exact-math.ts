// Engines of JavaScript differ in the last bit of sin, cos, exp and log, even two versions of one engine, and so would
// the pictures that depend on them. These are computed with twice the digits and rounded once, so they are the same
// everywhere and, but for cases nobody has met, the correctly rounded results.

/** A sum of two doubles, the second far below the first: 106 bits. */
type Double2 = readonly [high: number, low: number];

function sum2(a: number, b: number): Double2 {
  const high = a + b;
  const virtual = high - a;
  return [high, a - (high - virtual) + (b - virtual)];
}

/** Dekker 1971: each factor is split in halves of 26 bits, whose products are exact. */
function product2(a: number, b: number): Double2 {
  const high = a * b;
  const [a1, a2] = split(a);
  const [b1, b2] = split(b);
  return [high, a1 * b1 - high + a1 * b2 + a2 * b1 + a2 * b2];
}

function split(a: number): Double2 {
  const shifted = a * 134217729;
  const high = shifted - (shifted - a);
  return [high, a - high];
}

function add([a, aLow]: Double2, [b, bLow]: Double2): Double2 {
  const [high, low] = sum2(a, b);
  return sum2(high, low + aLow + bLow);
}

function multiply([a, aLow]: Double2, [b, bLow]: Double2): Double2 {
  const [high, low] = product2(a, b);
  return sum2(high, low + (a * bLow + aLow * b));
}

function divide(a: Double2, b: Double2): Double2 {
  const first = a[0] / b[0];
  const rest = add(a, negate(multiply(b, [first, 0])));
  const second = rest[0] / b[0];
  const last = add(rest, negate(multiply(b, [second, 0])));
  return add(sum2(first, second), [last[0] / b[0], 0]);
}

const negate = ([high, low]: Double2): Double2 => [-high, -low];

/** pi / 2 and ln 2, as sums. */
const HALF_PI = [1.5707963267341256, 6.077100506303966e-11, 2.0222662487111665e-21, 8.4784276603689e-32] as const;
const LN2 = [0.6931471804855391, 7.440617109802979e-11, 2.094174429075368e-21, 1.94704509238075e-31] as const;

/** x less `count` times the sum of `parts`. */
function reduce(x: number, count: number, parts: readonly number[]): Double2 {
  return parts.reduce<Double2>((rest, part) => add(rest, negate(product2(count, part))), [x, 0]);
}

/** first * (1 + s / (from * (from + 1)) + s^2 / ...): the series of sin and cos, with the sign in `square`. */
function series(first: Double2, square: Double2, from: number): Double2 {
  let total = first;
  let term = first;
  for (let n = from; n < from + 28; n += 2) {
    term = divide(multiply(term, square), [n * (n + 1), 0]);
    total = add(total, term);
  }
  return total;
}

/** Sine and cosine with twice the digits, for angles of at most some thousand turns. */
function sinCos(x: number): readonly [sin: Double2, cos: Double2] {
  const quarter = Math.round(x / HALF_PI[0]);
  const rest = reduce(x, quarter, HALF_PI);
  const square = negate(multiply(rest, rest));
  const sin = series(rest, square, 2);
  const cos = series([1, 0], square, 1);
  switch (((quarter % 4) + 4) % 4) {
    case 0:
      return [sin, cos];
    case 1:
      return [cos, negate(sin)];
    case 2:
      return [negate(sin), negate(cos)];
    default:
      return [negate(cos), sin];
  }
}

export const exactSin = (x: number): number => sinCos(x)[0][0];

export const exactCos = (x: number): number => sinCos(x)[1][0];

export function exactTan(x: number): number {
  const [sin, cos] = sinCos(x);
  return divide(sin, cos)[0];
}

/** One step of Newton's method from the engine's own result. */
export function exactAtan(x: number): number {
  const start = Math.atan(x);
  const [sin, cos] = sinCos(start);
  const factor: Double2 = [x, 0];
  const correction = divide(add(multiply(factor, cos), negate(sin)), add(cos, multiply(factor, sin)));
  return add([start, 0], correction)[0];
}

function exp2(x: number): { readonly value: Double2; readonly power: number } {
  const power = Math.round(x / LN2[0]);
  const rest = reduce(x, power, LN2);
  let total: Double2 = [1, 0];
  let term: Double2 = [1, 0];
  for (let n = 1; n < 28; n++) {
    term = divide(multiply(term, rest), [n, 0]);
    total = add(total, term);
  }
  return { value: total, power };
}

/** For results that are neither infinite nor subnormal. */
export function exactExp(x: number): number {
  const { value, power } = exp2(x);
  // Two factors, because the smallest normal number is 2^-1022.
  const half = Math.trunc(power / 2);
  return value[0] * 2 ** half * 2 ** (power - half);
}

/** For positive numbers; one step of Newton's method from the engine's own result. */
export function exactLog(x: number): number {
  if (x === 1) return 0;
  const start = Math.log(x);
  const { value, power } = exp2(-start);
  // x * exp(-start) - 1, tiny.
  const scaled = x * 2 ** Math.trunc(power / 2) * 2 ** (power - Math.trunc(power / 2));
  const excess = add(multiply([scaled, 0], value), [-1, 0]);
  return add([start, 0], add(excess, multiply(excess, [-0.5 * excess[0], 0])))[0];
}
