import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { constant, cosine, steps, warmUp } from '../src/index.js';

const progress = fc.double({ min: 0, max: 1, noNaN: true });

describe('schedules', () => {
  it('constant: one rate', () => {
    for (const p of [0, 0.5, 1]) expect(constant(0.3)(p)).toBe(0.3);
  });

  it('steps: a factor at each milestone, the milestone included', () => {
    const rate = steps(0.4, [0.5, 0.75]);
    expect([0, 0.49999, 0.5, 0.74999, 0.75, 1].map(rate).map((r) => Number(r.toPrecision(12)))).toEqual([
      0.4, 0.4, 0.04, 0.04, 0.004, 0.004,
    ]);
    expect(steps(1, [0.5], 0.2)(0.5)).toBe(0.2);
    // The order in which milestones are given does not matter.
    expect(steps(1, [0.75, 0.5])(0.6)).toBe(steps(1, [0.5, 0.75])(0.6));
  });

  it('cosine: all, half and nothing at 0, 1/2 and 1; never rising; nothing beyond', () => {
    const rate = cosine(0.2);
    expect(rate(0)).toBe(0.2);
    expect(rate(0.5)).toBeCloseTo(0.1, 15);
    expect(rate(1 / 3)).toBeCloseTo(0.15, 15);
    expect(rate(1)).toBe(0);
    expect(rate(1.5)).toBe(0);
    fc.assert(fc.property(progress, progress, (a, b) => rate(Math.max(a, b)) <= rate(Math.min(a, b))));
  });

  it('warmUp: a line from nearly nothing to the start of what follows, which then has the rest for itself', () => {
    const rate = warmUp(0.2, cosine(0.5));
    const rising = fc.double({ min: 0, max: 0.2, noNaN: true });
    // Not 0, so that the first step is not wasted: a step of 1e-3 of the training before its beginning.
    expect(rate(0)).toBeCloseTo((0.5 * 1e-3) / 0.201, 12);
    expect(rate(0.1)).toBeCloseTo((0.5 * 0.101) / 0.201, 12);
    expect(rate(0.2)).toBe(0.5);
    expect(rate(0.2 - 1e-9)).toBeCloseTo(0.5, 7);
    expect(rate(0.6)).toBeCloseTo(0.25, 12);
    expect(rate(1)).toBeCloseTo(0, 15);
    expect(warmUp(0, cosine(0.5))(0)).toBe(0.5);
    fc.assert(fc.property(rising, rising, (a, b) => rate(Math.max(a, b)) >= rate(Math.min(a, b))));
  });
});
