import { contradictions, depthwiseSeparable } from '@convzoo/cost-analysis/claims';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Convolution,
  cursorAt,
  type Loop,
  loopsOf,
  tapsDone,
  totalOf,
  writtenIn,
} from '../src/pages/inside/lessons/convolution/clock.js';
import { convolutionCost, mobileNetLayers, smallKernelCost } from '../src/pages/inside/lessons/convolution/cost.js';
import { geometryOf } from '../src/pages/inside/lessons/convolution/geometry.js';
import { type Grid, sceneOf } from '../src/pages/inside/lessons/convolution/values.js';

/** What the sliders of the page allow. */
const convolutions: fc.Arbitrary<Convolution> = fc.record({
  inputs: fc.integer({ min: 1, max: 6 }),
  outputs: fc.integer({ min: 1, max: 6 }),
  kernel: fc.constantFrom(1, 3, 5),
  size: fc.integer({ min: 3, max: 8 }),
});

/** The loops written out: every multiplication in order. */
function* multiplications({ maps, positions, channels, taps }: Loop) {
  for (let map = 0; map < maps; map++)
    for (let position = 0; position < positions; position++)
      for (let channel = 0; channel < channels; channel++)
        for (let tap = 0; tap < taps; tap++) yield { map, position, channel, tap };
}

describe('the clock', () => {
  it('is where nested loops are, after every multiplication', () => {
    fc.assert(
      fc.property(convolutions, fc.constantFrom('standard', 'depthwise', 'pointwise'), (convolution, name) => {
        const loop = loopsOf(convolution)[name];
        let done = 0;
        for (const place of multiplications(loop)) {
          const cursor = cursorAt(loop, done);
          if (JSON.stringify({ ...cursor, ...place, done }) !== JSON.stringify(cursor))
            expect(cursor).toMatchObject(place);
          done++;
        }
        expect(totalOf(loop)).toBe(done);
        expect(cursorAt(loop, done)).toMatchObject({ done, finished: true });
        expect(cursorAt(loop, done + 7)).toMatchObject({ done, finished: true });
        expect(cursorAt(loop, -1)).toMatchObject({ done: 0, started: false, map: 0, position: 0, channel: 0, tap: 0 });
      }),
      { numRuns: 30 },
    );
  });

  it('has written every value at its end, and shows how far a value is', () => {
    const loop = loopsOf({ inputs: 2, outputs: 3, kernel: 3, size: 4 }).standard;
    // One map, two values of the next, one filter of its third value, and 4 weights of the second.
    const cursor = cursorAt(loop, 16 * 18 + 2 * 18 + 9 + 4);
    expect([0, 1, 2].map((map) => writtenIn(cursor, map, loop))).toEqual([16, 2, 0]);
    expect([0, 1].map((channel) => tapsDone(cursor, channel, loop))).toEqual([9, 4]);
    const end = cursorAt(loop, totalOf(loop));
    expect([0, 1, 2].map((map) => writtenIn(end, map, loop))).toEqual([16, 16, 16]);
  });
});

describe('counts of cost-analysis', () => {
  it('are those of the animation, for everything that the sliders allow', () => {
    fc.assert(
      fc.property(convolutions, (convolution) => {
        const loops = loopsOf(convolution);
        const cost = convolutionCost(convolution);
        expect(cost.standard.macs).toBe(totalOf(loops.standard));
        expect(cost.depthwise.macs).toBe(totalOf(loops.depthwise));
        expect(cost.pointwise.macs).toBe(totalOf(loops.pointwise));
        expect(cost.agrees).toBe(true);
        expect(cost.ratio.formula).toBe(1 / convolution.outputs + 1 / convolution.kernel ** 2);
      }),
      { numRuns: 60 },
    );
  });

  it('give the ratio of the paper for N = 1024 and Dk = 3', () => {
    const { ratio } = convolutionCost({ inputs: 1024, outputs: 1024, kernel: 3, size: 7 });
    expect(ratio).toEqual({ counted: 0.1120876736111111, formula: 0.1120876736111111 });
    expect(contradictions(depthwiseSeparable())).toEqual([]);
  });

  it('of MobileNet V1 are 13 blocks whose parts and whole agree', () => {
    const { layers, separable, twin } = mobileNetLayers();
    expect(layers).toHaveLength(13);
    expect(layers.every(({ agrees, ratio }) => agrees && Math.abs(ratio.counted - ratio.formula) < 1e-15)).toBe(true);
    expect(layers.at(-1)).toMatchObject({
      name: 'blocks.4.1',
      inputs: 1024,
      outputs: 1024,
      size: 7,
      stride: 1,
      ratio: { counted: 0.1120876736111111 },
    });
    expect(layers.filter(({ stride }) => stride === 2)).toHaveLength(4);
    // What is in no block, the first convolution and the classifier, is in both networks.
    const saved = layers.reduce(
      (sum, { standard, depthwise, pointwise }) => sum + standard.macs - depthwise.macs - pointwise.macs,
      0,
    );
    expect(twin - separable).toBe(saved);
  });

  it.each([
    [2, 25 / 18],
    [3, 49 / 27],
  ] as const)('of %i small kernels: the ratio is that of the weights', (count, ratio) => {
    const channels = 32;
    const { small, large, sees, ...rest } = smallKernelCost({ count, channels });
    expect(sees).toBe(2 * count + 1);
    expect(small.params).toBe(9 * count * channels ** 2);
    expect(large.params).toBe(sees ** 2 * channels ** 2);
    expect(rest.ratio).toBeCloseTo(ratio, 12);
  });
});

describe('the values that are shown', () => {
  it('are those of the convolution: the separable form is a standard one with filters of rank one', () => {
    fc.assert(
      fc.property(convolutions, (convolution) => {
        const { inputs, depthwise, pointwise } = sceneOf(convolution);
        for (const { filters, output } of pointwise) {
          const full = depthwise.map(({ filter }, m) =>
            filter.values.map((weight) => weight * (filters[m]?.values[0] ?? 0)),
          );
          const expected = correlate(inputs, full, convolution);
          const largest = Math.max(...expected.map(Math.abs)) || 1;
          output.values.forEach((value, i) => {
            expect(value).toBeCloseTo((expected[i] ?? 0) / largest, 9);
          });
        }
      }),
      { numRuns: 20 },
    );
  });
});

/** A convolution by its definition, value by value. */
function correlate(
  inputs: readonly Grid[],
  filters: readonly (readonly number[])[],
  { kernel, size }: Convolution,
): number[] {
  const values: number[] = [];
  for (let row = 0; row < size; row++)
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (const [m, { size: side, values: map }] of inputs.entries())
        for (let ky = 0; ky < kernel; ky++)
          for (let kx = 0; kx < kernel; kx++)
            sum += (filters[m]?.[ky * kernel + kx] ?? 0) * (map[(row + ky) * side + column + kx] ?? 0);
      values.push(sum);
    }
  return values;
}

describe('the figure', () => {
  it('fits its place, and nothing of it lies on another', () => {
    fc.assert(
      fc.property(convolutions, fc.integer({ min: 280, max: 800 }), (convolution, width) => {
        const height = width / 1.3;
        const { cell, inputSide, mapSide, row, outputY, separable } = geometryOf(convolution, width, height);
        const last = separable.filter(convolution.outputs - 1);
        const half = (cell * Math.max(convolution.size, convolution.kernel)) / 2;
        expect(last.middle + half).toBeLessThanOrEqual(width);
        expect(outputY + mapSide).toBeLessThanOrEqual(height);
        expect(row(convolution.inputs - 1) + inputSide / 2).toBeLessThan(outputY);
        expect(separable.depthwise.x).toBeGreaterThan(inputSide);
        expect(separable.map.x).toBeGreaterThan(separable.depthwise.x + cell * convolution.kernel);
        expect(last.middle - half).toBeGreaterThan(separable.map.x + mapSide);
      }),
    );
  });
});
