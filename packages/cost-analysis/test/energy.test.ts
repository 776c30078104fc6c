import { Builder } from '@convzoo/layers';
import { describe, expect, it } from 'vitest';
import { estimateEnergy, roofline } from '../src/index.js';
import { smallResNet } from './graphs.js';

function two() {
  const nn = new Builder('two');
  const x = nn.conv2d(nn.input([4, 4, 2]), { name: 'conv', out: 8, kernel: 3 });
  return nn.graph(nn.dense(nn.flatten(nn.activation(x, 'relu')), { name: 'fc', units: 10, bias: false }));
}

const MACS = 16 * 9 * 2 * 8 + 128 * 10;
const WEIGHTS = 9 * 2 * 8 + 128 * 10;

describe('estimated energy', () => {
  it('is the sum of what operations and accesses cost in the figure', () => {
    const energy = estimateEnergy(two());
    expect(energy.isEstimate).toBe(true);
    expect(energy.macs).toBeCloseTo(1e-12 * 4.6 * MACS, 20);
    expect(energy.elementwise).toBeCloseTo(1e-12 * 0.9 * 128, 20);
    // The maps are written and read once each, the result is written: 4 x 128 + 10 values of 4 bytes.
    expect(energy.onChip).toBeCloseTo((1e-12 * 100 * 4 * (4 * 128 + 10)) / 8, 20);
    // Weights, and the input of 32 values.
    expect(energy.dram.low).toBeCloseTo((1e-12 * 1300 * 4 * (WEIGHTS + 32)) / 8, 20);
    expect(energy.dram.high).toBeCloseTo(2 * energy.dram.low, 20);
    expect(energy.total.low).toBeCloseTo(energy.macs + energy.elementwise + energy.onChip + energy.dram.low, 20);
    expect(energy.assumptions.join(' ')).toMatch(/ISSCC 2014/);
  });

  it('sends what does not fit on the chip through DRAM, and shares weights among the examples of a batch', () => {
    const [roomy, tight] = [1024, 100].map((onChipBytes) => estimateEnergy(two(), { onChipBytes }));
    expect(tight!.onChip).toBeCloseTo((1e-12 * 100 * 40) / 8, 20);
    expect(tight!.dram.low - roomy!.dram.low).toBeCloseTo((1e-12 * 1300 * 4 * 512) / 8, 20);
    const many = estimateEnergy(two(), { batch: 16 });
    expect(many.dram.low).toBeCloseTo((1e-12 * 1300 * 4 * (WEIGHTS / 16 + 32)) / 8, 20);
    expect(many.macs).toBeCloseTo(1e-12 * 4.6 * MACS, 20);
  });

  it('costs 8-bit arithmetic a fifteenth, and has no figure for float64', () => {
    const int8 = estimateEnergy(two(), { dtype: 'int8' });
    expect(int8.macs).toBeCloseTo(1e-12 * 0.3 * MACS, 20);
    // @ts-expect-error: the type says so too
    expect(() => estimateEnergy(two(), { dtype: 'float64' })).toThrow(
      expect.objectContaining({ code: 'no-energy-figure' }),
    );
  });
});

describe('roofline', () => {
  it('predicts the longer of the times of arithmetic and of memory', () => {
    const { rows, ridge, predictedSeconds } = roofline(two(), { flopsPerSecond: 1e6, bytesPerSecond: 1e5 });
    expect(ridge).toBe(10);
    expect(rows.map(({ path, bound }) => [path, bound])).toEqual([
      ['input', 'none'],
      ['conv', 'memory'],
      ['relu', 'memory'],
      ['flatten', 'none'],
      ['fc', 'memory'],
    ]);
    expect(rows[1]).toMatchObject({ operations: 2 * 16 * 144, traffic: 4 * (32 + 144 + 128) });
    expect(rows[1]?.predictedSeconds).toBeCloseTo((4 * 304) / 1e5, 12);
    expect(predictedSeconds).toBeCloseTo((4 * (304 + 256 + (128 + 1280 + 10))) / 1e5, 12);
    const slow = roofline(two(), { flopsPerSecond: 1e4, bytesPerSecond: 1e5 });
    expect(slow.rows.find(({ path }) => path === 'conv')).toMatchObject({ bound: 'compute', predictedSeconds: 0.4608 });
  });

  it('never predicts less than either limit, at any batch', () => {
    const peaks = { flopsPerSecond: 3e9, bytesPerSecond: 7e8 };
    for (const batch of [1, 7]) {
      for (const { operations, traffic, predictedSeconds } of roofline(smallResNet(), peaks, { batch }).rows) {
        expect(predictedSeconds).toBeGreaterThanOrEqual((operations ?? 0) / peaks.flopsPerSecond);
        expect(predictedSeconds).toBeGreaterThanOrEqual(traffic / peaks.bytesPerSecond);
      }
    }
  });
});
