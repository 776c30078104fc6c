import type { Coefficients } from './coefficients.js';
import { type FloatAxis, floatAxis } from './float-passes.js';

// From torch's aten/src/ATen/native/cpu/UpSampleKernel.cpp and UpSample.h. `f` marks where float32 is rounded to.
const f = Math.fround;

type Smooth = 'bilinear' | 'bicubic';

/** Taps without antialiasing: torch's `interp_size`. */
const TAPS = { bilinear: 2, bicubic: 4 } as const;

type Round = (x: number) => number;

const exact: Round = (x) => x;

/**
 * The filters, in float32 (`round` is fround) or in double precision. Multiply-and-adds are rounded once, as torch's
 * compiler fuses them: a product of two float32 numbers is exact in double precision.
 */
function filterOf(interpolation: Smooth, a: number, round: Round): (x: number) => number {
  if (interpolation === 'bilinear') return (x) => (Math.abs(x) < 1 ? round(1 - Math.abs(x)) : 0);
  return (signed) => {
    const x = Math.abs(signed);
    if (x < 1) return round(round(round((a + 2) * x - (a + 3)) * x) * x + 1);
    if (x >= 2) return 0;
    return round(round(round(a * x - 5 * a) * x + 8 * a) * x - 4 * a);
  };
}

/** PIL's a with antialiasing, OpenCV's without. */
const cubicA = (antialias: boolean): number => (antialias ? -0.5 : -0.75);

interface Window {
  readonly first: number;
  readonly weights: Float64Array;
}

/** `_compute_indices_min_size_weights_aa`: as in Pillow. */
function antialiased(
  i: number,
  source: number,
  scale: number,
  support: number,
  filter: (x: number) => number,
  round: Round,
): Window {
  const center = round(scale * (i + 0.5));
  const inverse = scale >= 1 ? round(1 / scale) : 1;
  const first = Math.max(0, Math.trunc(round(center - support) + 0.5));
  const end = Math.min(source, Math.trunc(round(center + support) + 0.5));
  const weights = new Float64Array(Math.max(0, Math.min(end - first, Math.ceil(support) * 2 + 1)));
  let sum = 0;
  for (let k = 0; k < weights.length; k++) {
    const weight = filter(round((round(first + k - center) + 0.5) * inverse));
    weights[k] = weight;
    sum = round(sum + weight);
  }
  if (sum !== 0) for (let k = 0; k < weights.length; k++) weights[k] = round((weights[k] as number) / sum);
  return { first, weights };
}

/**
 * The source position and the share of the next one: `area_pixel_compute_source_index`, `guard_index_and_lambda`. `fused`:
 * the multiplication is not rounded (a product of two float32 numbers is exact in double precision).
 */
function locate(
  i: number,
  source: number,
  scale: number,
  cubic: boolean,
  round: Round,
  fused = false,
): [index: number, share: number] {
  const at = round((fused ? exact : round)(scale * round(i + 0.5)) - 0.5);
  const position = !cubic && at < 0 ? 0 : at;
  const index = Math.min(Math.floor(position), source - 1);
  return [index, Math.min(1, Math.max(0, round(position - index)))];
}

/** `_compute_indices_min_size_weights`: weights that fall outside are added to the border's. */
function neighbours(i: number, source: number, scale: number, taps: 2 | 4, filter: (x: number) => number): Window {
  const [index, share] = locate(i, source, scale, taps > 2, exact);
  const support = taps / 2;
  const unbound = index - support + 1;
  const first = Math.max(0, unbound);
  const size = Math.min(taps, Math.max(0, Math.min(index + support + 1, source) - first));
  const weights = new Float64Array(taps);
  let at = 0;
  for (let k = 0; k < taps; k++) {
    if (unbound + k <= 0) at = 0;
    else if (unbound + k >= source - 1) at = size - 1;
    weights[at] = (weights[at] as number) + filter(k + 1 - support - share);
    at++;
  }
  return { first, weights: weights.subarray(0, Math.max(size, 1)) };
}

/** One axis for bytes: double precision, then 16-bit integers with as many fraction bits as the largest weight allows. */
export function uint8AxisOf(source: number, size: number, interpolation: Smooth, antialias: boolean): Coefficients {
  const scale = source / size;
  const taps = TAPS[interpolation];
  const filter = filterOf(interpolation, cubicA(antialias), exact);
  const support = (taps / 2) * Math.max(scale, 1);
  const windows = Array.from({ length: size }, (_, i) =>
    antialias ? antialiased(i, source, scale, support, filter, exact) : neighbours(i, source, scale, taps, filter),
  );
  let largest = 0;
  for (const { weights } of windows) for (const weight of weights) largest = Math.max(largest, weight);
  let precision = 0;
  while (precision < 22 && Math.trunc(0.5 + largest * 2 ** (precision + 1)) < 2 ** 15) precision++;

  const most = Math.max(...windows.map(({ weights }) => weights.length));
  const out = {
    first: new Int32Array(size),
    count: new Int32Array(size),
    weights: new Int32Array(size * most),
    taps: most,
    precision,
  };
  for (const [i, { first, weights }] of windows.entries()) {
    out.first[i] = first;
    out.count[i] = weights.length;
    for (const [k, weight] of weights.entries()) {
      const scaled = weight * 2 ** precision;
      out.weights[i * most + k] = Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    }
  }
  return out;
}

/** One axis for floats. Without antialiasing, torch's two bilinear kernels differ in the last bit of positions. */
export function floatAxisOf(
  source: number,
  size: number,
  interpolation: Smooth,
  antialias: boolean,
  smallResult: boolean,
): FloatAxis {
  const scale = f(source / size);
  const filter = filterOf(interpolation, cubicA(antialias), f);
  if (antialias) {
    const support = f((TAPS[interpolation] / 2) * Math.max(scale, 1));
    const axis = floatAxis(size, Math.ceil(support) * 2 + 1);
    for (let i = 0; i < size; i++) {
      const { first, weights } = antialiased(i, source, scale, support, filter, f);
      for (let k = 0; k < axis.taps; k++) {
        axis.positions[i * axis.taps + k] = Math.min(source - 1, first + k);
        axis.weights[i * axis.taps + k] = weights[k] ?? 0;
      }
    }
    return axis;
  }
  const taps = TAPS[interpolation];
  const axis = floatAxis(size, taps);
  for (let i = 0; i < size; i++) {
    const [index, share] = locate(i, source, scale, taps > 2, f, taps > 2 || smallResult);
    const before = taps / 2 - 1;
    for (let k = 0; k < taps; k++) {
      axis.positions[i * taps + k] = Math.min(source - 1, Math.max(0, index - before + k));
      // Distances to the neighbours: 1 + share, share, 1 - share, 2 - share.
      const distance = k <= before ? f(share + (before - k)) : f(f(1 - share) + (k - before - 1));
      axis.weights[i * taps + k] = filter(distance);
    }
  }
  return axis;
}

/**
 * Positions of the nearest modes. torch has two kernels for `nearest-exact`, which differ where a position lies between
 * two pixels: one for small results, and one that subtracts a half and adds it again, with a fused multiply-add.
 */
export function nearestPositions(
  source: number,
  size: number,
  interpolation: 'nearest' | 'nearest-exact',
  smallResult: boolean,
): Int32Array {
  const scale = f(source / size);
  return Int32Array.from({ length: size }, (_, i) => {
    if (interpolation === 'nearest') return Math.min(source - 1, Math.floor(f(i * scale)));
    const center = f(i + 0.5);
    // The product of two float32 numbers is exact in double precision: one rounding, as fused.
    const at = smallResult ? f(center * scale) : f(Math.max(0, f(center * scale - 0.5)) + 0.5);
    return Math.min(source - 1, Math.floor(at));
  });
}

/** `_use_vectorized_kernel_cond_2d`, for three channels that lie plane after plane. */
export const isSmallResult = (height: number, width: number): boolean => height + width <= 128;
