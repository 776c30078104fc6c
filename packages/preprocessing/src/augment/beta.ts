import { exactCos, exactExp, exactLog } from './exact-math.js';
import type { Random } from './random.js';

/** A draw from Beta(alpha, alpha), in [0, 1]. */
export function sampleBeta(random: Random, alpha: number): number {
  if (alpha === 1) return random.next();
  // Gamma(a) is Gamma(a + 1) * U^(1/a); for small a only the logarithm of it is safe from underflow.
  const logGamma = (): number => exactLog(sampleGamma(random, alpha + 1)) + exactLog(1 - random.next()) / alpha;
  const [x, y] = [logGamma(), logGamma()];
  return 1 / (1 + exactExp(y - x));
}

/** Marsaglia and Tsang 2000 (A simple method for generating gamma variables), for shapes of at least 1. */
function sampleGamma(random: Random, shape: number): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = sampleNormal(random);
    const root = 1 + c * x;
    const v = root * root * root;
    if (v > 0 && exactLog(1 - random.next()) < 0.5 * x * x + d - d * v + d * exactLog(v)) return d * v;
  }
}

/** Box and Muller 1958. */
function sampleNormal(random: Random): number {
  return Math.sqrt(-2 * exactLog(1 - random.next())) * exactCos(2 * Math.PI * random.next());
}
