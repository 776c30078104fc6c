import type { ActivationFunction } from '@convzoo/layers';
import type { FunctionWriter } from '../wasm/function.js';
import type { ModuleWriter } from '../wasm/module.js';
import {
  add,
  addInts,
  constant,
  constantInt,
  load,
  mul,
  shiftLeft,
  truncToInt,
  type V128,
  vabs,
  vadd,
  vand,
  vdiv,
  vlt,
  vmul,
  vnearest,
  vor,
  vpmax,
  vpmin,
  vselect,
  vsub,
} from '../wasm/values.js';
import { type Arithmetic, maddOf } from './arithmetic.js';
import { shareOf } from './split.js';

type Madd = ReturnType<typeof maddOf>;

/** `c[0] + c[1] x + ...`, by Horner's rule. */
function polynomial(x: V128, coefficients: readonly number[], madd: Madd): V128 {
  const [last = 0, ...rest] = coefficients.toReversed();
  return rest.reduce<V128>((sum, c) => madd(sum, x, constant(c)), constant(last));
}

/**
 * e^x: 2^n e^r with |r| <= ln 2 / 2, ln 2 in two parts, and e^r by its series to the seventh power; relative error below
 * 2^-22 from -87 to 88, beyond which it is the value at the end.
 */
function exponential(fn: FunctionWriter, x: V128, madd: Madd): V128 {
  const bounded = fn.let(vpmin(vpmax(x, constant(-87)), constant(88)));
  const n = fn.let(vnearest(vmul(bounded, constant(Math.LOG2E))));
  const high = fn.let(vsub(bounded, vmul(n, constant(0.693359375))));
  const r = fn.let(vsub(high, vmul(n, constant(-2.1219444e-4))));
  const series = polynomial(r, [1, 1, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720, 1 / 5040], madd);
  const power = shiftLeft(addInts(truncToInt(n), constantInt(127)), 23);
  return fn.let(vmul(series, power));
}

/** 1 / (1 + e^-x), without overflow at either end. */
function sigmoid(fn: FunctionWriter, x: V128, madd: Madd): V128 {
  const e = exponential(fn, vsub(constant(0), x), madd);
  return vdiv(constant(1), vadd(constant(1), e));
}

const SIGN = -2147483648;

/**
 * erf by Abramowitz and Stegun 7.1.26's successor: for |x| < 1 its Maclaurin series, elsewhere 1 - t(...)e^-x^2; absolute error
 * below 1.5e-7.
 */
function errorFunction(fn: FunctionWriter, x: V128, madd: Madd): V128 {
  const sign = fn.let(vand(x, constantInt(SIGN)));
  const a = fn.let(vabs(x));
  const t = fn.let(vdiv(constant(1), madd(constant(0.3275911), a, constant(1))));
  const tail = polynomial(t, [0, 0.254829592, -0.284496736, 1.421413741, -1.453152027, 1.061405429], madd);
  const far = fn.let(vsub(constant(1), vmul(fn.let(tail), exponential(fn, vsub(constant(0), vmul(a, a)), madd))));
  // 2 / sqrt(pi) * sum of (-1)^n x^(2n+1) / (n! (2n+1)), far more exact near 0.
  const series = Array.from({ length: 11 }, (_, n) => {
    const factorial = Array.from({ length: n }, (_, k) => k + 1).reduce((product, k) => product * k, 1);
    return ((2 / Math.sqrt(Math.PI)) * (-1) ** n) / (factorial * (2 * n + 1));
  });
  const near = fn.let(vmul(a, polynomial(fn.let(vmul(a, a)), series, madd)));
  return vor(vselect(near, far, vlt(a, constant(1))), sign);
}

const FUNCTIONS: Readonly<Record<ActivationFunction, (fn: FunctionWriter, x: V128, madd: Madd) => V128>> = {
  relu: (_, x) => vpmax(x, constant(0)),
  relu6: (_, x) => vpmin(vpmax(x, constant(0)), constant(6)),
  sigmoid,
  // tanh x = 2 sigmoid(2x) - 1 loses digits near 0, where x (1 - x^2 / 3 + ...) does not.
  tanh: (fn, x, madd) => {
    const s = fn.let(sigmoid(fn, vmul(x, constant(2)), madd));
    const far = vsub(vmul(s, constant(2)), constant(1));
    const square = fn.let(vmul(x, x));
    const near = vmul(x, polynomial(square, [1, -1 / 3, 2 / 15, -17 / 315, 62 / 2835, -1382 / 155925], madd));
    return vselect(near, far, vlt(vabs(x), constant(0.4)));
  },
  hardSigmoid: (_, x) => hardSigmoid(x),
  swish: (fn, x, madd) => vmul(x, sigmoid(fn, x, madd)),
  hardSwish: (_, x) => vmul(x, hardSigmoid(x)),
  gelu: (fn, x, madd) => {
    const erf = errorFunction(fn, vmul(x, constant(Math.SQRT1_2)), madd);
    return vmul(vmul(x, constant(0.5)), vadd(constant(1), erf));
  },
};

const hardSigmoid = (x: V128): V128 =>
  vmul(vpmin(vpmax(vadd(x, constant(3)), constant(0)), constant(6)), constant(1 / 6));

/** Every activation on `vectors` vectors, from x to y, which may be the same. */
export function writeActivations(module: ModuleWriter, arithmetic: Arithmetic): void {
  const madd = maddOf(arithmetic);
  for (const [name, compute] of Object.entries(FUNCTIONS)) {
    module.function(name, (fn) => {
      const [x, y, vectors, p, P] = [fn.param(), fn.param(), fn.param(), fn.param(), fn.param()];
      const [start, end] = shareOf(fn, vectors, p, P);
      fn.for(
        mul(start, 16),
        fn.let(mul(end, 16)),
        (at) => {
          const value = fn.let(load(add(x, at)));
          fn.store(add(y, at), compute(fn, value, madd));
        },
        16,
      );
    });
  }
}
