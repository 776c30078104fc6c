import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type Augmentation,
  applyOperation,
  augmentations,
  compose,
  drawAugmentation,
  type Operation,
  type SampleKey,
} from '../src/augment/index.js';
import type { Size } from '../src/image.js';
import { syntheticImage } from './support/fixtures.js';

const image = syntheticImage('smooth', 60, 80);
const key = (index: number, epoch = 0, seed = 1): SampleKey => ({ seed, epoch, index });

/** Chi-square of counts that should be alike. */
function chiSquare(counts: number[]): number {
  const expected = counts.reduce((sum, count) => sum + count, 0) / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function draws<O extends Operation['op']>(each: Augmentation, op: O, count: number, size: Size = image) {
  return Array.from({ length: count }, (_, i) => drawAugmentation(each, size, key(i, 0, 77)))
    .flat()
    .filter((operation): operation is Extract<Operation, { op: O }> => operation.op === op);
}

/** How many of `values`, which should be uniform from `low` to `high`, fall into each of ten bins. */
function bins(values: number[], low: number, high: number): number[] {
  const counts = new Array<number>(10).fill(0);
  for (const value of values) {
    expect(value).toBeGreaterThanOrEqual(low);
    expect(value).toBeLessThanOrEqual(high);
    counts[Math.min(9, Math.floor(((value - low) / (high - low)) * 10))]! += 1;
  }
  return counts;
}

// 9 degrees of freedom, 99.9 %; the seed is fixed, so this cannot fail by chance.
const LIMIT = 27.9;

describe('the numbers are spread as they should be', () => {
  test('probabilities', () => {
    for (const p of [0.1, 0.5, 0.8]) {
      const share = draws(augmentations.randomHorizontalFlip({ p }), 'flip-horizontal', 10_000).length / 10_000;
      expect(Math.abs(share - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 10_000));
    }
  });

  test('angles, shifts, scales and shears', () => {
    const angles = draws(augmentations.randomRotation([-30, 60]), 'rotate', 5000).map(({ angle }) => angle);
    expect(chiSquare(bins(angles, -30, 60))).toBeLessThan(LIMIT);
    const affine = augmentations.randomAffine(45, { translate: [0.5, 0.25], scale: [0.5, 2], shear: 10 });
    const all = draws(affine, 'affine', 5000);
    expect(
      chiSquare(
        bins(
          all.map(({ angle }) => angle),
          -45,
          45,
        ),
      ),
    ).toBeLessThan(LIMIT);
    expect(
      chiSquare(
        bins(
          all.map(({ scale }) => scale),
          0.5,
          2,
        ),
      ),
    ).toBeLessThan(LIMIT);
    expect(
      chiSquare(
        bins(
          all.map(({ shear }) => shear[0]),
          -10,
          10,
        ),
      ),
    ).toBeLessThan(LIMIT);
    expect(all.every(({ shear }) => shear[1] === 0)).toBe(true);
    expect(Math.max(...all.map(({ translate }) => Math.abs(translate[0])))).toBe(40);
    expect(Math.max(...all.map(({ translate }) => Math.abs(translate[1])))).toBe(15);
  });

  test('colour factors, and all 24 orders', () => {
    const jitter = augmentations.colorJitter({ brightness: 0.4, contrast: [0.5, 3], saturation: 0.2, hue: 0.25 });
    const lists = Array.from({ length: 4800 }, (_, i) => drawAugmentation(jitter, image, key(i)));
    const factors = (op: string) =>
      lists.flat().flatMap((operation) => (operation.op === op && 'factor' in operation ? [operation.factor] : []));
    expect(chiSquare(bins(factors('brightness'), 0.6, 1.4))).toBeLessThan(LIMIT);
    expect(chiSquare(bins(factors('contrast'), 0.5, 3))).toBeLessThan(LIMIT);
    expect(chiSquare(bins(factors('saturation'), 0.8, 1.2))).toBeLessThan(LIMIT);
    expect(chiSquare(bins(factors('hue'), -0.25, 0.25))).toBeLessThan(LIMIT);
    const orders = new Map<string, number>();
    for (const list of lists) {
      const order = list.map(({ op }) => op).join();
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    // 23 degrees of freedom, 99.9 %
    expect(chiSquare([...orders.values()])).toBeLessThan(49.7);
  });

  test('boxes of the resized crop: inside, area and aspect in range, the area uniform', () => {
    const size = { height: 2000, width: 2000 };
    const boxes = draws(augmentations.randomResizedCrop(32, { scale: [0.1, 0.5] }), 'crop', 5000, size);
    // Whole pixels may go beyond the bounds by a thousandth.
    const areas = boxes.map(({ height, width }) => (height * width) / 2000 ** 2);
    expect(areas.every((area) => area > 0.099 && area < 0.501)).toBe(true);
    expect(
      chiSquare(
        bins(
          areas.map((area) => Math.min(0.5, Math.max(0.1, area))),
          0.1,
          0.5,
        ),
      ),
    ).toBeLessThan(LIMIT);
    for (const { top, left, height, width } of boxes) {
      expect(top >= 0 && left >= 0 && top + height <= 2000 && left + width <= 2000).toBe(true);
      expect(width / height).toBeGreaterThan(0.75 * 0.99);
      expect(width / height).toBeLessThan((4 / 3) * 1.01);
    }
  });

  test('boxes are inside whatever the picture, the scale and the ratio are', () => {
    const range = (low: number, high: number) =>
      fc
        .tuple(fc.double({ min: low, max: high, noNaN: true }), fc.double({ min: low, max: high, noNaN: true }))
        .map(([a, b]) => [Math.min(a, b), Math.max(a, b)] as [number, number]);
    const side = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(side, side, range(0.001, 1), range(0.01, 100), fc.nat(), (height, width, scale, ratio, index) => {
        const crops = compose([augmentations.randomResizedCrop(8, { scale, ratio })]);
        const [crop] = drawAugmentation(crops, { height, width }, key(index)) as [Extract<Operation, { op: 'crop' }>];
        expect(crop.top >= 0 && crop.left >= 0 && crop.height >= 1 && crop.width >= 1).toBe(true);
        expect(crop.top + crop.height <= height && crop.left + crop.width <= width).toBe(true);
        const erasing = augmentations.randomErasing({ p: 1, scale, ratio });
        for (const box of drawAugmentation(erasing, { height, width }, key(index))) {
          if (box.op !== 'erase') throw new Error(box.op);
          expect(box.top >= 0 && box.left >= 0 && box.height < height && box.width < width).toBe(true);
          expect(box.top + box.height <= height && box.left + box.width <= width).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('cutout covers every pixel alike but for the border', () => {
    const boxes = draws(augmentations.cutout(8), 'erase', 4000, syntheticImage('hash', 16, 16));
    for (const { top, left, height, width } of boxes) {
      expect(top >= 0 && left >= 0 && top + height <= 16 && left + width <= 16).toBe(true);
      expect(height >= 4 && height <= 8 && width >= 4 && width <= 8).toBe(true);
    }
    expect(new Set(boxes.map(({ top, left, height, width }) => `${top} ${left} ${height} ${width}`)).size).toBe(256);
  });

  test('noise of random erasing is inside the box, and every byte occurs', () => {
    const black = { ...image, data: new Uint8Array(image.data.length) };
    const counts = new Array<number>(256).fill(0);
    for (let i = 0; i < 60; i++) {
      const erasing = augmentations.randomErasing({ p: 1, value: 'random' });
      const [box] = drawAugmentation(erasing, black, key(i));
      if (box?.op !== 'erase') continue;
      const { data } = applyOperation(black, box);
      for (let y = 0; y < 60; y++) {
        for (let x = 0; x < 80; x++) {
          const inside = y >= box.top && y < box.top + box.height && x >= box.left && x < box.left + box.width;
          for (let c = 0; c < 3; c++) {
            const value = data[(y * 80 + x) * 3 + c]!;
            if (inside) counts[value]! += 1;
            else if (value !== 0) throw new Error(`(${x}, ${y}) is outside`);
          }
        }
      }
    }
    // 255 degrees of freedom, 99.9 %
    expect(chiSquare(counts)).toBeLessThan(330.5);
  });

  test('RandAugment and TrivialAugment choose each operation alike, and signs by halves', () => {
    for (const each of [augmentations.randAugment({ numOps: 1 }), augmentations.trivialAugmentWide()]) {
      const lists = Array.from({ length: 14_000 }, (_, i) => drawAugmentation(each, image, key(i)));
      const names = lists.map(([operation]) => {
        if (!operation) return 'identity';
        if (operation.op !== 'affine') return operation.op;
        if (operation.center) return operation.shear[1] === 0 ? 'shear-x' : 'shear-y';
        return operation.translate[1] === 0 ? 'translate-x' : 'translate-y';
      });
      const counts = new Map<string, number>();
      for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
      // A strength of 0 makes x and y look alike, so shears and translations are counted together.
      const merged = ['shear', 'translate'].map((n) => (counts.get(`${n}-x`) ?? 0) + (counts.get(`${n}-y`) ?? 0));
      const single = [...counts].filter(([name]) => !/-[xy]$/.test(name)).map(([, count]) => count);
      expect(single).toHaveLength(10);
      // 9 and 1 degrees of freedom, 99.9 %
      expect(chiSquare(single)).toBeLessThan(LIMIT);
      expect(chiSquare(merged)).toBeLessThan(10.8);
      expect(Math.abs(merged[0]! / 2000 - 1)).toBeLessThan(0.1);
      const angles = lists.flat().flatMap((operation) => (operation.op === 'rotate' ? [operation.angle] : []));
      const negative = angles.filter((angle) => angle < 0).length / angles.filter((angle) => angle !== 0).length;
      expect(Math.abs(negative - 0.5)).toBeLessThan(0.07);
    }
  });
});
