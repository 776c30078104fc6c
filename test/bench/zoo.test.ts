import { describe, expect, it } from 'vitest';
import { arithmeticPeak } from '../../bench/src/zoo/arithmetic-peak.js';
import { efficiencies } from '../../bench/src/zoo/efficiency.js';
import { fitOf } from '../../bench/src/zoo/fit.js';
import { multiplicationsOf } from '../../bench/src/zoo/multiplications.js';
import type { LayerTime, Peaks } from '../../bench/src/zoo/protocol.js';

describe('multiplications of a method', () => {
  const macs = 9 * 56 * 56 * 64 * 64;

  it('are those of the definition in a product', () => {
    expect(multiplicationsOf({ kernel: 'product', macs, shape: [56, 56, 64] })).toBe(macs);
  });

  it('are 36 for 16 results, and 16 for 4, in Winograd', () => {
    expect(multiplicationsOf({ kernel: 'winograd4', macs, shape: [56, 56, 64] })).toBe(36 * 14 * 14 * 64 * 64);
    expect(multiplicationsOf({ kernel: 'winograd2', macs, shape: [56, 56, 64] })).toBe(16 * 28 * 28 * 64 * 64);
  });

  it('are 25 for 4 results at stride 2', () => {
    const strided = 9 * 28 * 28 * 64 * 128;
    expect(multiplicationsOf({ kernel: 'winogradStrided', macs: strided, shape: [28, 28, 128] })).toBe(
      25 * 14 * 14 * 64 * 128,
    );
  });

  it('include tiles that hang over the edge', () => {
    const small = 9 * 7 * 7 * 512 * 512;
    expect(multiplicationsOf({ kernel: 'winograd4', macs: small, shape: [7, 7, 512] })).toBe(36 * 4 * 512 * 512);
  });

  it('are 13 for 28 in a stem of 7 rows', () => {
    const stem = 7 * 7 * 3 * 112 * 112 * 64;
    expect(multiplicationsOf({ kernel: 'stem', macs: stem, shape: [112, 112, 64] })).toBe(13 * 28 * 7 * 3 * 112 * 64);
  });

  it('are 7 for 8 in a product of halves', () => {
    expect(multiplicationsOf({ kernel: 'strassen', macs: 800, shape: [1, 1, 1] })).toBe(700);
  });
});

describe('why a layer is slow', () => {
  const peaks: Peaks = {
    ...{ multiplicationsPerSecond: 30e9, weightBytesPerSecond: 20e9, activationBytesPerSecond: 40e9 },
    byKernel: {},
  };
  const layer = (fields: Partial<LayerTime>): LayerTime => ({
    ...{ model: 'm', path: 'p', op: 'conv2d', kernel: 'product', shape: [28, 28, 128], macs: 30e6 },
    ...{ multiplications: 30e6, weightBytes: 1e4, activationBytes: 1e4, milliseconds: 4 },
    ...fields,
  });
  const cause = (fields: Partial<LayerTime>) => efficiencies([layer(fields)], peaks)[0]?.cause?.reason;

  it('is nothing above 40 % of the peak', () => {
    expect(efficiencies([layer({ milliseconds: 2 })], peaks)).toMatchObject([{ share: 0.5 }]);
    expect(cause({ milliseconds: 2 })).toBeUndefined();
  });

  it('is told by what takes most of its time beside the products', () => {
    expect(cause({ weightBytes: 60e6 })).toBe('weights');
    expect(cause({ activationBytes: 120e6 })).toBe('maps');
    expect(cause({ kernel: 'depthwise3', activationBytes: 120e6 })).toBe('depthwise');
    // 196 tiles of 36 values, 3 channels in and 64 out: 3.8 MB of planes written and read, 0.1 ms.
    const narrow = {
      kernel: 'winograd4',
      shape: [56, 56, 64],
      macs: 9 * 56 * 56 * 3 * 64,
      multiplications: 36 * 196 * 192,
    };
    expect(cause({ ...narrow, milliseconds: 0.2 })).toBe('transforms');
  });

  it('else by short sums, a tiny map, or not at all', () => {
    expect(cause({ macs: 28 * 28 * 128 * 27 })).toBe('shallow');
    expect(cause({ shape: [7, 7, 128] })).toBe('few');
    expect(cause({})).toBe('unexplained');
  });

  it('leaves out what multiplies nothing', () => {
    expect(efficiencies([layer({ macs: 0, multiplications: 0 })], peaks)).toEqual([]);
  });
});

it('finds the power by which time grows', () => {
  const networks = [1e6, 1e7, 1e9].map((macs) => ({ macs, min: macs / 25e6 }));
  const fit = fitOf(networks);
  expect(fit.exponent).toBeCloseTo(1);
  expect(fit.correlation).toBeCloseTo(1);
  expect(fit.gigamacsPerSecond).toBeCloseTo(25);
  expect(fitOf(networks.map(({ macs }) => ({ macs, min: Math.sqrt(macs) }))).exponent).toBeCloseTo(0.5);
});

it('measures a peak that a processor can have', async () => {
  const peak = await arithmeticPeak();
  expect(peak).toBeGreaterThan(1e8);
  expect(peak).toBeLessThan(1e12);
});
