import { Builder, float32Tensor } from '@convzoo/layers';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compareBackends, difference, standardDeviation } from '../src/index.js';
import { FakeBackend } from './fake-backend.js';

const finite = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1 });

describe('standardDeviation', () => {
  it('is that of the population', () => {
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBe(2);
    expect(standardDeviation([3, 3, 3])).toBe(0);
  });

  it('keeps its digits far from 0', () => {
    // The mean of squares minus the square of the mean would leave none of them.
    expect(standardDeviation([1e8, 1e8 + 2])).toBe(1);
    expect(standardDeviation([1e9 + 1, 1e9 + 2, 1e9 + 3])).toBeCloseTo(Math.sqrt(2 / 3), 12);
  });

  it('does not change where all values move by the same', () => {
    fc.assert(
      fc.property(finite, (values) => {
        const spread = standardDeviation(values);
        expect(standardDeviation(values.map((v) => v + 1000))).toBeCloseTo(spread, 4);
        expect(spread).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe('difference', () => {
  it('is the largest distance, where it is, and its ratio to the spread of the reference', () => {
    expect(difference([2, 4, 4, 4, 5, 5, 7, 8], [2, 4, 4, 4, 5, 5, 7, 9])).toEqual({ maxAbs: 1, relative: 0.5, at: 7 });
  });

  it('is nothing between equal results', () => {
    fc.assert(
      fc.property(finite, (values) => {
        expect(difference(values, values)).toEqual({ maxAbs: 0, relative: 0, at: 0 });
      }),
    );
  });

  it('finds whatever one value differs by', () => {
    fc.assert(
      fc.property(finite, fc.nat(), fc.double({ min: 1, max: 100, noNaN: true }), (values, index, step) => {
        const at = index % values.length;
        const moved = values.map((v, i) => (i === at ? v + step : v));
        const found = difference(moved, values);
        expect(found.at).toBe(at);
        expect(found.maxAbs).toBeCloseTo(step, 6);
      }),
    );
  });

  it('counts what is no number as infinitely far, unless both are alike', () => {
    const infinite = { maxAbs: Number.POSITIVE_INFINITY, relative: Number.POSITIVE_INFINITY, at: 1 };
    expect(difference([1, Number.NaN, 3], [1, 2, 3])).toEqual(infinite);
    expect(difference([1, 2, 3], [1, Number.NaN, 3])).toMatchObject({ maxAbs: Number.POSITIVE_INFINITY, at: 1 });
    expect(difference([1, Number.POSITIVE_INFINITY, 3], [1, 2, 3])).toEqual(infinite);
    expect(difference([1, Number.NaN], [1, Number.NaN])).toMatchObject({ maxAbs: 0, relative: 0 });
    expect(difference([1, Number.POSITIVE_INFINITY], [1, Number.POSITIVE_INFINITY]).maxAbs).toBe(0);
    expect(difference([1, Number.POSITIVE_INFINITY], [1, Number.NEGATIVE_INFINITY]).maxAbs).toBe(
      Number.POSITIVE_INFINITY,
    );
  });

  it('is absolute where the reference has no spread', () => {
    expect(difference([3, 3.5], [3, 3])).toEqual({ maxAbs: 0.5, relative: 0.5, at: 1 });
    expect(difference([], [])).toEqual({ maxAbs: 0, relative: 0, at: 0 });
    expect(difference([0], [-0]).maxAbs).toBe(0);
  });

  it('refuses results of different lengths', () => {
    expect(() => difference([1, 2], [1])).toThrow('Cannot compare 2 values with 1.');
  });
});

describe('compareBackends', () => {
  const nn = new Builder('tiny');
  const x = nn.tap('stem', nn.activation(nn.input([2, 2, 3]), 'relu'));
  const graph = nn.graph(nn.globalAvgPool(x));
  const input = float32Tensor([2, 2, 2, 3], new Float32Array(24));

  it('compares output and taps of each with the first, and frees every session', async () => {
    const backends = [new FakeBackend('a'), new FakeBackend('b'), new FakeBackend('c', { offset: 0.5 })];
    const found = await compareBackends(graph, new Map(), input, backends, ['stem']);
    expect(found.map(({ backend, reference, result, maxAbs }) => [backend, reference, result, maxAbs])).toEqual([
      ['b', 'a', 'output', 0],
      ['b', 'a', 'stem', 0],
      ['c', 'a', 'output', 0.5],
      ['c', 'a', 'stem', 0.5],
    ]);
    expect(backends.map(({ open }) => open)).toEqual([0, 0, 0]);
  });

  it('has nothing to say about one backend or none', async () => {
    expect(await compareBackends(graph, new Map(), input, [])).toEqual([]);
    expect(await compareBackends(graph, new Map(), input, [new FakeBackend('a')])).toEqual([]);
  });

  it('refuses a result of another shape, naming backend and result', async () => {
    const backends = [new FakeBackend('a'), new FakeBackend('b', { shape: [1, 3] })];
    await expect(compareBackends(graph, new Map(), input, backends)).rejects.toThrow(
      "b: output has shape 2x1x3, unlike a's.",
    );
    expect(backends.map(({ open }) => open)).toEqual([0, 0]);
  });
});
