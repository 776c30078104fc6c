import type { FunctionWriter } from '../wasm/function.js';
import { constant, type V128, vadd, vmul, vsub } from '../wasm/values.js';
import type { maddOf } from './arithmetic.js';

type Madd = ReturnType<typeof maddOf>;
type Six = readonly [V128, V128, V128, V128, V128, V128];
type Five = readonly [V128, V128, V128, V128, V128];
type Four = readonly [V128, V128, V128, V128];
type Triple = readonly [V128, V128, V128];

/**
 * One side of a minimal filtering algorithm for three taps; both sides together make that of a 3x3 convolution. Its `values`
 * products are those of evaluations of the input with evaluations of the taps, `groups` of them: where two products have the
 * same evaluation of the taps they come last.
 */
export interface Form {
  /** Results of a tile, and distance between the first inputs of two results. */
  readonly tile: number;
  readonly stride: number;
  /** Products of a tile, and inputs that it reads. */
  readonly values: number;
  readonly groups: number;
  /** B^T d. */
  readonly input: (fn: FunctionWriter, d: readonly V128[], madd: Madd) => readonly V128[];
  /** G g. */
  readonly taps: (fn: FunctionWriter, g: readonly V128[]) => readonly V128[];
  /** A^T m. */
  readonly output: (fn: FunctionWriter, m: readonly V128[], madd: Madd) => readonly V128[];
}

const lets = (fn: FunctionWriter, values: readonly V128[]): readonly V128[] => values.map((value) => fn.let(value));

/** F(2, 3): Lavin & Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, section 4.1. */
const two: Form = {
  tile: 2,
  stride: 1,
  values: 4,
  groups: 4,
  input(fn, values) {
    const [d0, d1, d2, d3] = values as Four;
    return lets(fn, [vsub(d0, d2), vadd(d1, d2), vsub(d2, d1), vsub(d1, d3)]);
  },
  taps(fn, values) {
    const [g0, g1, g2] = values as Triple;
    const outer = fn.let(vmul(vadd(g0, g2), constant(1 / 2)));
    const inner = fn.let(vmul(g1, constant(1 / 2)));
    return [g0, fn.let(vadd(outer, inner)), fn.let(vsub(outer, inner)), g2];
  },
  output(fn, values) {
    const [m0, m1, m2, m3] = values as Four;
    return lets(fn, [vadd(vadd(m0, m1), m2), vsub(vsub(m1, m2), m3)]);
  },
};

/** F(4, 3): ibid., section 4.3, with the constants of B^T d regrouped. */
const four: Form = {
  tile: 4,
  stride: 1,
  values: 6,
  groups: 6,
  input(fn, values, madd) {
    const [d0, d1, d2, d3, d4, d5] = values as Six;
    const p = fn.let(madd(d2, constant(-4), d4));
    const q = fn.let(madd(d1, constant(-4), d3));
    const r = fn.let(vsub(d4, d2));
    const s = fn.let(vmul(vsub(d3, d1), constant(2)));
    return lets(fn, [
      madd(vsub(d0, d2), constant(4), r),
      ...[vadd(p, q), vsub(p, q)],
      ...[vadd(r, s), vsub(r, s)],
      madd(s, constant(-2), vsub(d5, d3)),
    ]);
  },
  taps(fn, values) {
    const [g0, g1, g2] = values as Triple;
    const outer = fn.let(vmul(vadd(g0, g2), constant(-1 / 6)));
    const inner = fn.let(vmul(g1, constant(1 / 6)));
    const near = fn.let(vadd(vmul(g0, constant(1 / 24)), vmul(g2, constant(1 / 6))));
    const slope = fn.let(vmul(g1, constant(1 / 12)));
    return [
      fn.let(vmul(g0, constant(1 / 4))),
      ...[fn.let(vsub(outer, inner)), fn.let(vadd(outer, inner))],
      ...[fn.let(vadd(near, slope)), fn.let(vsub(near, slope))],
      g2,
    ];
  },
  output(fn, values, madd) {
    const [m0, m1, m2, m3, m4, m5] = values as Six;
    const a = fn.let(vadd(m1, m2));
    const b = fn.let(vsub(m1, m2));
    const c = fn.let(vadd(m3, m4));
    const d = fn.let(vsub(m3, m4));
    return lets(fn, [
      vadd(vadd(m0, a), c),
      madd(d, constant(2), b),
      madd(c, constant(4), a),
      vadd(madd(d, constant(8), b), m5),
    ]);
  },
};

/**
 * F(4, 3) for weights that are evaluated in every run: the factors of G are in B, which meets fewer values there.
 */
const late: Form = {
  ...four,
  input(fn, values, madd) {
    const [d0, d1, d2, d3, d4, d5] = values as Six;
    const p = fn.let(vmul(madd(d2, constant(-4), d4), constant(-1 / 6)));
    const q = fn.let(vmul(madd(d1, constant(-4), d3), constant(-1 / 6)));
    const r = fn.let(vmul(vsub(d4, d2), constant(1 / 24)));
    const s = fn.let(vmul(vsub(d3, d1), constant(1 / 12)));
    return lets(fn, [
      madd(r, constant(6), vsub(d0, d2)),
      ...[vadd(p, q), vsub(p, q)],
      ...[vadd(r, s), vsub(r, s)],
      madd(s, constant(-48), vsub(d5, d3)),
    ]);
  },
  taps(fn, values) {
    const [g0, g1, g2] = values as Triple;
    const near = fn.let(vadd(g0, g2));
    const far = fn.let(vadd(g0, vmul(g2, constant(4))));
    const slope = fn.let(vadd(g1, g1));
    return [g0, ...lets(fn, [vadd(near, g1), vsub(near, g1), vadd(far, slope), vsub(far, slope)]), g2];
  },
};

/**
 * Stride 2: the outer taps meet every second input, which is F(2, 2), and the middle tap meets the others, one product a result.
 * 5 products for 2 results instead of 6.
 */
const strided: Form = {
  tile: 2,
  stride: 2,
  values: 5,
  groups: 4,
  input(fn, values) {
    const [d0, d1, d2, d3, d4] = values as Five;
    return [fn.let(vsub(d0, d2)), d2, fn.let(vsub(d2, d4)), d1, d3];
  },
  taps(fn, values) {
    const [g0, g1, g2] = values as Triple;
    return [g0, fn.let(vadd(g0, g2)), g2, g1];
  },
  output(fn, values) {
    const [m0, m1, m2, m3, m4] = values as Five;
    return lets(fn, [vadd(vadd(m0, m1), m3), vadd(vsub(m1, m2), m4)]);
  },
};

/**
 * By the names of their kernels: F(2x2, 3x3); F(4x4, 3x3), with evaluated weights and with those that are evaluated in every run;
 * and F(2x2, 3x3) at stride 2.
 */
export const winogradForms = {
  winograd2: two,
  winograd4: four,
  winograd4Late: late,
  winogradStrided: strided,
} as const;
export type WinogradKernel = keyof typeof winogradForms;
/** Those whose weights are evaluated when they are packed. */
export type EarlyWinogradKernel = Exclude<WinogradKernel, 'winograd4Late'>;
export const earlyWinogradKernels: readonly EarlyWinogradKernel[] = ['winograd2', 'winograd4', 'winogradStrided'];

/** Products of a tile, and inputs that it reads. */
export const planesOf = ({ values }: Form): number => values ** 2;
/** Evaluations of the taps. */
export const weightPlanesOf = ({ groups }: Form): number => groups ** 2;
/** Bytes between planes beyond their size, so that 36 streams do not fall on the same cache sets. */
export const PLANE_GAP = 64;
