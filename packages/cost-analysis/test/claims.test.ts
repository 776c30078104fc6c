import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Claim,
  claimNames,
  claims,
  contradictions,
  depthwiseSeparable,
  downsampling,
  mobileNetTwin,
  shortcutOptions,
  smallKernels,
  vggDense,
  widthMultiplier,
} from '../src/claims/index.js';

const numberOf = ({ numbers }: Claim, label: string, unit: string): number =>
  numbers.find((number) => number.label === label && number.unit === unit)?.value ?? Number.NaN;

describe.each(claimNames)('claim %s', (name) => {
  const claim = claims[name]();

  it('has every count as its formula and its source say', () => {
    expect(contradictions(claim)).toEqual([]);
    expect(claim.numbers.some(({ formula, published }) => formula !== undefined || published !== undefined)).toBe(true);
  });

  it('has a derivation and says where it was read', () => {
    expect(claim.name).toBe(name);
    expect(claim.derivation.length).toBeGreaterThan(1);
    expect(claim.source).toMatch(/arXiv \d{4}\.\d{4,5}/);
    for (const { value } of claim.numbers) expect(Number.isFinite(value)).toBe(true);
  });
});

describe('claims', () => {
  it('finds a number that its formula or its source does not give', () => {
    const wrong: Claim = {
      name: 'wrong',
      claim: '',
      derivation: [],
      source: '',
      numbers: [
        { label: 'formula', value: 10, unit: 'MACs', formula: 11 },
        { label: 'source', value: 10, unit: 'MACs', published: { value: 12, within: 1 } },
        { label: 'right', value: 10, unit: 'MACs', formula: 10, published: { value: 11, within: 1 } },
      ],
    };
    expect(contradictions(wrong).map(({ label }) => label)).toEqual(['formula', 'source']);
  });

  it('two 3x3 have 18/25 of one 5x5, three 27/49 of one 7x7, whatever the channels and the maps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99 }), fc.integer({ min: 8, max: 64 }), (channels, size) => {
        for (const [count, ratio] of [
          [2, 25 / 18],
          [3, 49 / 27],
        ] as const) {
          const claim = smallKernels({ count, channels, size });
          expect(contradictions(claim)).toEqual([]);
          expect(numberOf(claim, 'large over small', 'ratio')).toBeCloseTo(ratio, 12);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('VGG-16 has 123,642,856 of 138,357,544 parameters in dense layers; global pooling leaves 15,227,688', () => {
    const claim = vggDense();
    expect(numberOf(claim, 'its dense layers', 'parameters')).toBe(123_642_856);
    expect(numberOf(claim, 'VGG-16', 'parameters')).toBe(138_357_544);
    expect(numberOf(claim, 'with global average pooling', 'parameters')).toBe(138_357_544 - 123_642_856 + 513_000);
  });

  it('separable is exactly 0.1120876736111111 of full for N = 1024, Dk = 3, and 1/N + 1/Dk^2 for all', () => {
    const claim = depthwiseSeparable();
    expect(numberOf(claim, 'separable of full, MACs', 'ratio')).toBe(0.1120876736111111);
    expect(claim.claim).toContain('0.1120876736111111');
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.constantFrom(1, 3, 5, 7), (outputs, kernel) => {
        expect(contradictions(depthwiseSeparable({ outputs, kernel, inputs: 7, size: 9 }))).toEqual([]);
      }),
      { numRuns: 30 },
    );
  });

  it('MobileNet V1 has 568,740,352 MACs, its twin 4,866,269,184 in convolutions', () => {
    const claim = mobileNetTwin();
    expect(numberOf(claim, 'MobileNet V1', 'MACs')).toBe(568_740_352);
    expect(numberOf(claim, 'twin, convolutions', 'MACs')).toBe(4_866_269_184);
  });

  it('a width multiplier comes to between its square and itself', () => {
    for (const { label, value, unit } of widthMultiplier().numbers) {
      const width = Number(/alpha ([\d.]+) of/.exec(label)?.[1]);
      if (unit !== 'ratio') continue;
      expect(value).toBeGreaterThanOrEqual(width ** 2);
      expect(value).toBeLessThanOrEqual(width);
    }
  });

  it('late downsampling costs most, at the same parameters', () => {
    const claim = downsampling();
    const macs = ['early', 'even', 'late'].map((name) => numberOf(claim, name, 'MACs'));
    expect(macs).toEqual(macs.toSorted((a, b) => a - b));
    expect(macs[2]! / macs[0]!).toBeGreaterThan(10);
    expect(new Set(['early', 'even', 'late'].map((name) => numberOf(claim, name, 'parameters'))).size).toBe(1);
  });

  it('option B adds 0.8 % to option A, option C 5.1 %', () => {
    const claim = shortcutOptions();
    const [a, b, c] = ['A', 'B', 'C'].map((option) => numberOf(claim, `option ${option}`, 'parameters'));
    expect(b! / a! - 1).toBeCloseTo(0.008, 3);
    expect(c! / a! - 1).toBeCloseTo(0.0505, 3);
  });
});
