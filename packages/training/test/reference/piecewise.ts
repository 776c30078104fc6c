import type { ActivationFunction } from '@convzoo/layers';
import { type Array64, mapped } from './array.js';
import type { Result } from './rule.js';

interface Branch {
  value(x: number): number;
  slope(x: number): number;
}

/** A function with up to three smooth branches: up to `from`, up to `to`, and beyond. */
export interface Piecewise {
  readonly from: number;
  readonly to: number;
  readonly branches: readonly [below: Branch, middle: Branch, above: Branch];
}

const constant = (c: number): Branch => ({ value: () => c, slope: () => 0 });
export const linear = (factor: number, offset = 0): Branch => ({
  value: (x) => x * factor + offset,
  slope: () => factor,
});

const smooth = (branch: Branch): Piecewise => ({
  from: Number.NEGATIVE_INFINITY,
  to: Number.POSITIVE_INFINITY,
  branches: [branch, branch, branch],
});

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The normal distribution: 1/2 and the integral of its density, by Simpson's rule in steps of 1/64 at most. */
function distribution(x: number): number {
  const intervals = 2 * Math.ceil(Math.abs(x) * 64) + 2;
  const step = x / intervals;
  let sum = density(0) + density(x);
  for (let i = 1; i < intervals; i++) sum += density(i * step) * (i % 2 === 1 ? 4 : 2);
  return 0.5 + (sum * step) / 3;
}

export const functions: { readonly [F in ActivationFunction]: Piecewise } = {
  relu: { from: 0, to: Number.POSITIVE_INFINITY, branches: [constant(0), linear(1), linear(1)] },
  relu6: { from: 0, to: 6, branches: [constant(0), linear(1), constant(6)] },
  sigmoid: smooth({ value: sigmoid, slope: (x) => sigmoid(x) * sigmoid(-x) }),
  tanh: smooth({ value: Math.tanh, slope: (x) => 1 / Math.cosh(x) ** 2 }),
  hardSigmoid: { from: -3, to: 3, branches: [constant(0), linear(1 / 6, 1 / 2), constant(1)] },
  swish: smooth({ value: (x) => x * sigmoid(x), slope: (x) => sigmoid(x) + x * sigmoid(x) * sigmoid(-x) }),
  hardSwish: {
    from: -3,
    to: 3,
    branches: [constant(0), { value: (x) => (x * (x + 3)) / 6, slope: (x) => x / 3 + 1 / 2 }, linear(1)],
  },
  gelu: smooth({ value: (x) => x * distribution(x), slope: (x) => distribution(x) + x * density(x) }),
};

/** Applies it to every element, on the branches that are forced if there are any. */
export function applyPiecewise(x: Array64, { from, to, branches }: Piecewise, forced?: Uint8Array): Result {
  const decisions = forced ?? Uint8Array.from(x.data, (value) => (value <= from ? 0 : value < to ? 1 : 2));
  const branchAt = (i: number): Branch => branches[decisions[i] as number] as Branch;
  let margin = Number.POSITIVE_INFINITY;
  for (const value of x.data) margin = Math.min(margin, Math.abs(value - from), Math.abs(value - to));
  return {
    y: mapped(x, (value, i) => branchAt(i).value(value)),
    slopes: mapped(x, (value, i) => branchAt(i).slope(value)),
    decisions,
    margin,
  };
}

export function piecewiseGradient(dy: Array64, { slopes }: Result): Array64 {
  return mapped(dy, (value, i) => value * (slopes?.data[i] as number));
}
