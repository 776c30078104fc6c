import {
  type Float32Tensor,
  float32Tensor,
  type Graph,
  type Parameters,
  type ParamSpec,
  paramsOf,
  sizeOf,
} from '@convzoo/layers';

/** An array of the reference: float64, with the batch axis. */
export interface Ref {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

export const refOf = ({ shape, data }: Float32Tensor): Ref => ({ shape, data: Float64Array.from(data) });

/** Numbers in [low, high) that depend on `seed` alone (mulberry32), rounded to float32 so that both sides have the same. */
export function filled(
  shape: readonly number[],
  seed: number,
  [low, high]: readonly [number, number] = [-1, 1],
): Float32Tensor {
  let state = seed | 0;
  const data = new Float32Array(sizeOf(shape));
  for (let i = 0; i < data.length; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    data[i] = low + ((t ^ (t >>> 14)) >>> 0) * 2 ** -32 * (high - low);
  }
  return float32Tensor(shape, data);
}

/** Where the values of a parameter lie: variances above 0, and kernels so that deep networks stay in range. */
function rangeOf({ role, shape }: ParamSpec): readonly [low: number, high: number] {
  if (role === 'variance') return [0.1, 2.1];
  const bound = role === 'kernel' ? Math.sqrt(6 / sizeOf(shape.slice(0, -1))) : 1;
  return [-bound, bound];
}

/** Values for every parameter of a network. */
export function filledParameters(graph: Graph, seed = 1): Parameters {
  return new Map(
    paramsOf(graph).map((spec, i) => [spec.path, filled(spec.shape, seed + 1000 * (i + 1), rangeOf(spec))]),
  );
}

/** Largest difference, over what is to be expected of values of this size in float32. */
export function error(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) throw new RangeError(`${actual.length} values, expected ${expected.length}`);
  let squares = 0;
  let worst = 0;
  for (let i = 0; i < expected.length; i++) {
    squares += (expected[i] ?? 0) ** 2;
    const distance = Math.abs((actual[i] ?? Number.NaN) - (expected[i] ?? 0));
    if (Number.isNaN(distance)) return Number.POSITIVE_INFINITY;
    worst = Math.max(worst, distance);
  }
  return worst / Math.max(1, Math.sqrt(squares / expected.length));
}
