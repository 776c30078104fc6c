import { describe, expect, it } from 'vitest';
import { exactly, formatFactor } from '../src/pages/inside/lessons/numbers.js';
import { axisOf, logAxisOf } from '../src/pages/inside/lessons/residual/axis.js';
import { oneOf, unless, wholeNumber } from '../src/pages/inside/lessons/settings.js';

describe('numbers', () => {
  it.each([
    [25.16, '25.2'],
    [0.0312, '0.0312'],
    [9_780_000, '9.78 × 10⁶'],
    [1.5e-12, '1.50 × 10⁻¹²'],
    [0, '0.00'],
  ])('%d is written %s', (value, text) => {
    expect(formatFactor(value)).toBe(text);
  });

  it('have every digit where they are counts', () => {
    expect(exactly(462_422_016)).toBe('462,422,016');
  });
});

describe('axes', () => {
  it('end on round numbers, around what they show', () => {
    expect(axisOf(0, 56)).toEqual({ min: 0, max: 60, ticks: [0, 10, 20, 30, 40, 50, 60] });
    expect(axisOf(0, 100).ticks.at(-1)).toBe(100);
  });

  it('of powers of ten have whole exponents, and 1 among them', () => {
    const { min, max, ticks } = logAxisOf([3e8, 0.2, 0, Number.POSITIVE_INFINITY]);
    expect(min).toBeLessThanOrEqual(Math.log10(0.2));
    expect(max).toBeGreaterThanOrEqual(Math.log10(3e8));
    expect(ticks).toContain(0);
    expect(ticks.every(Number.isInteger)).toBe(true);
    expect(logAxisOf([]).ticks).toEqual([-1, 0, 1]);
  });
});

describe('settings of the address', () => {
  it('are held to their limits, and nonsense is what the page has anyway', () => {
    expect(wholeNumber('7', 1, 6, 3)).toBe(6);
    expect(wholeNumber('-7', 1, 6, 3)).toBe(1);
    expect([wholeNumber('', 1, 6, 3), wholeNumber('2.5', 1, 6, 3), wholeNumber('x', 1, 6, 3)]).toEqual([3, 3, 3]);
    expect(oneOf('b', ['a', 'b'])).toBe('b');
    expect(oneOf('c', ['a', 'b'])).toBe('a');
    expect([unless(3, 3), unless(4, 3)]).toEqual(['', '4']);
  });
});
