import { describe, expect, it } from 'vitest';

describe('typed arrays in toEqual', () => {
  it('are compared fast where they are the same', () => {
    const values = Float32Array.from({ length: 2 ** 20 }, (_, i) => i / 3).with(7, Number.NaN);
    const started = performance.now();
    for (let i = 0; i < 5; i++) expect({ values: values.slice() }).toEqual({ values });
    // Four seconds each by vitest’s own comparison.
    expect(performance.now() - started).toBeLessThan(1500);
  });

  it.each([
    ['one value', Float32Array.of(1, 2), Float32Array.of(1, 3)],
    ['the length', Uint8Array.of(1, 2), Uint8Array.of(1, 2, 0)],
    ['the sign of zero', Float32Array.of(0), Float32Array.of(-0)],
    ['a number that is none', Float64Array.of(Number.NaN), Float64Array.of(0)],
    ['the kind', Float32Array.of(1), Float64Array.of(1)],
  ])('differ by %s', (_, a, b) => {
    expect(() => expect(a).toStrictEqual(b)).toThrow(/expected|deeply/);
    expect([a]).not.toStrictEqual([b]);
    expect(a).toStrictEqual(a.slice());
  });
});
