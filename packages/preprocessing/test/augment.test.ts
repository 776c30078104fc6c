import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AugmentedBatch,
  createImage,
  crop,
  fillAugmentedBatch,
  flipHorizontal,
  hashInts,
  IMAGENET_MEAN,
  IMAGENET_STD,
  type Image,
  padConstant,
  toTensor,
} from '../src/index.js';
import { syntheticImage } from './support/fixtures.js';

const SIZE = 8;
const SAMPLE = SIZE * SIZE * 3;
const COUNT = 50;
const images = syntheticImage('hash', COUNT * SIZE, SIZE).data;
const base = { images, size: SIZE, padding: 4, flip: true, seed: 1, epoch: 0, mean: IMAGENET_MEAN, std: IMAGENET_STD };

function fill(options: Partial<AugmentedBatch> & { indices: ArrayLike<number> }): Float32Array {
  const out = new Float32Array(options.indices.length * SAMPLE);
  fillAugmentedBatch({ ...base, out, ...options });
  return out;
}

function sampleImage(index: number): Image {
  return createImage(SIZE, SIZE, images.slice(index * SAMPLE, (index + 1) * SAMPLE));
}

/** The same by whole-picture steps: pad, crop, flip, normalise. */
function reference(index: number, { padding, flip, seed, epoch, channelOrder }: Partial<AugmentedBatch>): Float32Array {
  const p = padding ?? base.padding;
  const draw = (k: number): number => hashInts(seed ?? base.seed, epoch ?? base.epoch, index, k) / 2 ** 32;
  const padded = padConstant(sampleImage(index), { left: p, top: p, right: p, bottom: p });
  const top = Math.floor(draw(0) * (2 * p + 1));
  const left = Math.floor(draw(1) * (2 * p + 1));
  const window = crop(padded, { top, left, height: SIZE, width: SIZE });
  const turned = (flip ?? base.flip) && draw(2) >= 0.5 ? flipHorizontal(window) : window;
  const order = channelOrder ? { channelOrder } : {};
  return toTensor(turned, { scale: 1 / 255, mean: IMAGENET_MEAN, std: IMAGENET_STD, ...order });
}

describe('fillAugmentedBatch', () => {
  test('equals pad, crop, flip, normalise', () => {
    const options = fc.record({
      padding: fc.integer({ min: 0, max: 12 }),
      flip: fc.boolean(),
      seed: fc.integer(),
      epoch: fc.nat(300),
      channelOrder: fc.constantFrom('rgb' as const, 'bgr' as const),
    });
    fc.assert(
      fc.property(fc.array(fc.nat(COUNT - 1), { minLength: 1, maxLength: 6 }), options, (indices, chosen) => {
        const out = fill({ indices, ...chosen });
        for (const [n, index] of indices.entries()) {
          expect(out.subarray(n * SAMPLE, (n + 1) * SAMPLE)).toEqual(reference(index, chosen));
        }
      }),
    );
  });

  test('a sample does not depend on its batch, only on seed, epoch and index', () => {
    const all = Array.from({ length: COUNT }, (_, i) => i);
    const forward = fill({ indices: all });
    const backward = fill({ indices: all.slice().reverse() });
    for (const i of all) {
      const there = (COUNT - 1 - i) * SAMPLE;
      expect(backward.subarray(there, there + SAMPLE)).toEqual(forward.subarray(i * SAMPLE, (i + 1) * SAMPLE));
    }
    expect(fill({ indices: all, seed: 2 })).not.toEqual(forward);
    expect(fill({ indices: all, epoch: 1 })).not.toEqual(forward);
  });

  test('without padding and flip it only normalises', () => {
    const out = fill({ indices: [7], padding: 0, flip: false });
    expect(out).toEqual(toTensor(sampleImage(7), { scale: 1 / 255, mean: IMAGENET_MEAN, std: IMAGENET_STD }));
    const raw = fill({ indices: [7], padding: 0, flip: false, scale: 1, mean: [0, 0, 0], std: [1, 1, 1] });
    expect([...raw]).toEqual([...sampleImage(7).data]);
  });

  test('all 9 x 9 x 2 outcomes of padding 4 are equally likely (chi-square, 161 degrees of freedom, 99.9 %)', () => {
    const counts = new Int32Array(162);
    const draws = 162 * 500;
    for (let i = 0; i < draws; i++) {
      const [top, left, flip] = [0, 1, 2].map((k) => hashInts(17, Math.floor(i / 50_000), i % 50_000, k) / 2 ** 32) as [
        number,
        number,
        number,
      ];
      counts[(Math.floor(top * 9) * 9 + Math.floor(left * 9)) * 2 + (flip >= 0.5 ? 1 : 0)]! += 1;
    }
    const chi = counts.reduce((sum, count) => sum + (count - 500) ** 2 / 500, 0);
    expect(chi).toBeLessThan(220);
  });

  test('mistakes are invalid-argument', () => {
    const wrong: (Partial<AugmentedBatch> & { indices: ArrayLike<number> })[] = [
      { indices: [COUNT] },
      { indices: [-1] },
      { indices: [0.5] },
      { indices: [0, 1], out: new Float32Array(SAMPLE) },
      { indices: [0], size: 7 },
      { indices: [0], padding: -1 },
      { indices: [0], seed: 0.5 },
      { indices: [0], std: [1, 0, 1] },
    ];
    for (const options of wrong)
      expect(() => fill(options)).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});
