import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sampleBeta } from '../src/augment/beta.js';
import { createRandom, cutmix, type MixedBatch, mixup, oneHot } from '../src/augment/index.js';

const shape = [4, 6, 5, 3] as const;
const PIXELS = 6 * 5 * 3;

/** A batch whose samples are plain: every value of sample n is n + 1. */
function plainBatch(settings: Partial<MixedBatch> = {}): MixedBatch {
  return {
    images: Float32Array.from({ length: 4 * PIXELS }, (_, i) => Math.floor(i / PIXELS) + 1),
    labels: oneHot([0, 1, 2, 1], 3),
    shape,
    seed: 1,
    epoch: 0,
    batch: 0,
    ...settings,
  };
}

const rowsOf = (labels: Float32Array) => [0, 1, 2, 3].map((n) => [...labels.subarray(n * 3, n * 3 + 3)]);

describe('mixup', () => {
  test('is lambda of a sample and the rest of the one before it', () => {
    const batch = plainBatch();
    const lambda = mixup(batch);
    const before = [4, 1, 2, 3];
    for (let n = 0; n < 4; n++) {
      const expected = Math.fround(lambda * (n + 1) + (1 - lambda) * before[n]!);
      for (let i = 0; i < PIXELS; i++) expect(batch.images[n * PIXELS + i]).toBeCloseTo(expected, 6);
    }
    const [first, second] = rowsOf(batch.labels);
    expect(first![0]).toBeCloseTo(lambda, 6);
    expect(first![1]).toBeCloseTo(1 - lambda, 6);
    expect(second![0]).toBeCloseTo(1 - lambda, 6);
  });

  test('labels sum to 1 and lambda is between 0 and 1, for every alpha', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-3, max: 50, noNaN: true }), fc.nat(), fc.nat(99), (alpha, epoch, number) => {
        for (const mix of [mixup, cutmix]) {
          const batch = plainBatch({ alpha, epoch, batch: number });
          const mixed = mix(batch);
          const lambda = typeof mixed === 'number' ? mixed : mixed.lambda;
          expect(lambda >= 0 && lambda <= 1).toBe(true);
          for (const row of rowsOf(batch.labels)) {
            expect(row.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
            expect(row.every((share) => share >= 0)).toBe(true);
          }
        }
      }),
    );
  });

  test('a batch of one is mixed with itself', () => {
    const images = new Float32Array(PIXELS).fill(3);
    mixup(plainBatch({ images, labels: oneHot([2], 3), shape: [1, 6, 5, 3] }));
    for (const value of images) expect(value).toBeCloseTo(3, 5);
  });
});

describe('cutmix', () => {
  test('the rectangle comes from the sample before, and lambda is the share of the others', () => {
    for (let number = 0; number < 50; number++) {
      const batch = plainBatch({ batch: number });
      const { top, left, bottom, right, lambda } = cutmix(batch);
      const before = [4, 1, 2, 3];
      let own = 0;
      for (let n = 0; n < 4; n++) {
        for (let y = 0; y < 6; y++) {
          for (let x = 0; x < 5; x++) {
            const inside = y >= top && y < bottom && x >= left && x < right;
            const at = ((n * 6 + y) * 5 + x) * 3;
            const expected = inside ? before[n]! : n + 1;
            expect([...batch.images.subarray(at, at + 3)]).toEqual([expected, expected, expected]);
            if (!inside) own += 1;
          }
        }
      }
      expect(lambda).toBeCloseTo(own / (4 * 30), 12);
      expect(rowsOf(batch.labels)[0]![0]).toBeCloseTo(lambda, 6);
    }
  });
});

describe('the randomness', () => {
  test('is that of seed, epoch and batch', () => {
    expect(mixup(plainBatch())).toBe(mixup(plainBatch()));
    const lambdas = [plainBatch(), plainBatch({ seed: 2 }), plainBatch({ epoch: 1 }), plainBatch({ batch: 1 })].map(
      mixup,
    );
    expect(new Set(lambdas).size).toBe(4);
  });

  test.each([0.2, 0.4, 1, 2, 8])('Beta(%d, %d): mean, variance and symmetry', (alpha) => {
    const random = createRandom(5);
    const draws = Array.from({ length: 20_000 }, () => sampleBeta(random, alpha));
    const mean = draws.reduce((sum, x) => sum + x, 0) / draws.length;
    const variance = draws.reduce((sum, x) => sum + (x - mean) ** 2, 0) / draws.length;
    const expected = 1 / (4 * (2 * alpha + 1));
    expect(Math.abs(mean - 0.5)).toBeLessThan(4 * Math.sqrt(expected / draws.length));
    expect(Math.abs(variance / expected - 1)).toBeLessThan(0.04);
    expect(draws.every((x) => x >= 0 && x <= 1)).toBe(true);
  });
});

describe('oneHot', () => {
  test('with and without smoothing', () => {
    expect([...oneHot([1, 0], 3)]).toEqual([0, 1, 0, 1, 0, 0]);
    const smooth = oneHot([1], 4, 0.1);
    expect(smooth[1]).toBeCloseTo(0.925, 6);
    expect(smooth[0]).toBeCloseTo(0.025, 6);
  });

  test('mistakes are invalid-argument', () => {
    const wrong = [
      () => oneHot([3], 3),
      () => oneHot([0.5], 3),
      () => oneHot([0], 0),
      () => oneHot([0], 3, 2),
      () => mixup(plainBatch({ alpha: 0 })),
      () => mixup(plainBatch({ shape: [4, 6, 5, 4] })),
      () => cutmix(plainBatch({ labels: new Float32Array(5) })),
    ];
    for (const run of wrong) expect(run).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});
