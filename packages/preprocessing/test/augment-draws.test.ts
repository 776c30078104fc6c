import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { autoAugmentPolicies } from '../src/augment/auto-augment.js';
import {
  type Augmentation,
  applyOperation,
  augment,
  augmentations,
  checkAugmentation,
  compose,
  drawAugmentation,
  fillAugmentedBatch,
  type Operation,
  type SampleKey,
} from '../src/augment/index.js';
import { syntheticImage } from './support/fixtures.js';

const image = syntheticImage('smooth', 60, 80);
const key = (index: number, epoch = 0, seed = 1): SampleKey => ({ seed, epoch, index });

/** One of every kind, as strong as it is usual. */
const every: Augmentation[] = [
  augmentations.resize(40),
  augmentations.resize([33, 57], { interpolation: 'bicubic' }),
  augmentations.centerCrop(32),
  augmentations.randomResizedCrop(24),
  augmentations.randomCrop(32, { padding: 4, fill: [1, 2, 3] }),
  augmentations.paddedCropFlip(),
  augmentations.randomHorizontalFlip(),
  augmentations.randomVerticalFlip(),
  augmentations.randomRotation(20, { interpolation: 'bilinear', expand: true }),
  augmentations.randomAffine(10, { translate: [0.1, 0.2], scale: [0.8, 1.2], shear: [-5, 5, -3, 3] }),
  augmentations.colorJitter({ brightness: 0.4, contrast: 0.4, saturation: 0.4, hue: 0.1 }),
  augmentations.randomGrayscale(),
  augmentations.randomInvert(),
  augmentations.randomAutocontrast(),
  augmentations.randomEqualize(),
  augmentations.randomPosterize(4),
  augmentations.randomSolarize(128),
  augmentations.randomAdjustSharpness(2),
  augmentations.gaussianBlur(5),
  augmentations.randAugment(),
  augmentations.trivialAugmentWide(),
  augmentations.autoAugment(),
  augmentations.autoAugment('cifar10', { interpolation: 'bilinear' }),
  augmentations.randomErasing({ p: 1, value: 'random' }),
  augmentations.cutout(16),
  augmentations.randomApply([augmentations.gaussianBlur([3, 5]), augmentations.randomInvert({ p: 1 })], { p: 0.8 }),
];

describe('what is done to a sample', () => {
  test('is a function of the augmentation, the size, the seed, the epoch and the index: any order gives the same bytes', () => {
    const pipeline = compose(every);
    const indices = Array.from({ length: 12 }, (_, i) => i * 7);
    const bytes = (order: number[]) => new Map(order.map((i) => [i, augment(image, pipeline, key(i, 3)).data]));
    const forward = bytes(indices);
    expect(bytes(indices.toReversed())).toEqual(new Map([...forward].reverse()));
    // Through JSON, as a checkpoint or a worker gets it.
    const again = JSON.parse(JSON.stringify(pipeline)) as Augmentation;
    for (const i of indices) expect(augment(image, again, key(i, 3)).data).toEqual(forward.get(i));
  });

  test.each(every.map((each) => [each.kind, each] as const))(
    '%s: other seeds, epochs and indices differ',
    (kind, each) => {
      const drawn = (k: SampleKey) => JSON.stringify(drawAugmentation(each, image, k));
      const draws = new Set([
        ...Array.from({ length: 40 }, (_, i) => drawn(key(i))),
        ...Array.from({ length: 40 }, (_, i) => drawn(key(0, i))),
        ...Array.from({ length: 40 }, (_, i) => drawn(key(0, 0, i))),
      ]);
      const fixed = kind === 'resize' || kind === 'center-crop';
      expect(fixed ? draws.size === 1 : draws.size > 1).toBe(true);
    },
  );

  test('a step does not depend on what the steps before it drew', () => {
    const jitter = augmentations.colorJitter({ brightness: 0.4, hue: 0.1 });
    const alone = drawAugmentation(compose([augmentations.randomHorizontalFlip({ p: 0 }), jitter]), image, key(5));
    const after = drawAugmentation(compose([augmentations.randAugment({ numOps: 9 }), jitter]), image, key(5));
    expect(after.slice(-alone.length)).toEqual(alone);
  });

  test('the operations are plain data, and doing them again gives the same picture', () => {
    fc.assert(
      fc.property(fc.constantFrom(...every), fc.nat(1000), (each, index) => {
        const operations = JSON.parse(JSON.stringify(drawAugmentation(each, image, key(index)))) as Operation[];
        expect(operations.reduce(applyOperation, image)).toEqual(augment(image, each, key(index)));
      }),
      { numRuns: 200 },
    );
  });

  test('the picture is never written to', () => {
    const before = image.data.slice();
    for (const each of every) for (let i = 0; i < 5; i++) augment(image, each, key(i));
    expect(image.data).toEqual(before);
  });

  test('tiny pictures come through', () => {
    const small = every.filter(({ kind }) => !['gaussian-blur', 'random-apply', 'random-crop'].includes(kind));
    for (const [height, width] of [
      [1, 1],
      [1, 9],
      [7, 2],
    ] as const) {
      const tiny = syntheticImage('hash', height, width);
      for (const each of small) for (let i = 0; i < 20; i++) augment(tiny, each, key(i));
    }
  });
});

describe('padded-crop-flip', () => {
  test('has the bytes of fillAugmentedBatch', () => {
    const samples = [0, 1, 2].map((n) => syntheticImage(n === 1 ? 'smooth' : 'hash', 32, 32));
    const images = Uint8Array.from(samples.flatMap(({ data }) => [...data]));
    const indices = [2, 0, 1];
    const out = new Float32Array(3 * 3072);
    const raw = { scale: 1, mean: [0, 0, 0], std: [1, 1, 1] } as const;
    for (let epoch = 0; epoch < 20; epoch++) {
      fillAugmentedBatch({ images, size: 32, indices, out, padding: 4, flip: true, seed: 9, epoch, ...raw });
      const mine = indices.map(
        (i) => augment(samples[i]!, augmentations.paddedCropFlip(), { seed: 9, epoch, index: i }).data,
      );
      expect([...out]).toEqual(mine.flatMap((data) => [...data]));
    }
  });
});

describe('at strength 0 nothing happens', () => {
  const still: [string, Augmentation][] = [
    ['flips', compose([augmentations.randomHorizontalFlip({ p: 0 }), augmentations.randomVerticalFlip({ p: 0 })])],
    ['rotation', augmentations.randomRotation(0, { interpolation: 'bilinear' })],
    ['affine', augmentations.randomAffine(0, { interpolation: 'bilinear' })],
    ['jitter', augmentations.colorJitter({ brightness: [1, 1], contrast: [1, 1], saturation: [1, 1] })],
    ['padded crop', augmentations.paddedCropFlip({ padding: 0, flip: false })],
    ['crop', augmentations.randomCrop([60, 80])],
    ['the whole picture', augmentations.randomResizedCrop([60, 80], { scale: [1, 1], ratio: [4 / 3, 4 / 3] })],
    ['erasing', augmentations.randomErasing({ p: 0 })],
    ['cutout', augmentations.cutout(0)],
    ['blur of one pixel', augmentations.gaussianBlur(1)],
    ['no operations', augmentations.randAugment({ numOps: 0 })],
    ['applied never', augmentations.randomApply([augmentations.randomInvert({ p: 1 })], { p: 0 })],
  ];
  test.each(still)('%s', (_, each) => {
    for (let i = 0; i < 20; i++) expect(augment(image, each, key(i))).toEqual(image);
  });

  test('RandAugment of magnitude 0 leaves all but the operations that know no strength, and solarize at 255', () => {
    for (let i = 0; i < 200; i++) {
      const [operation] = drawAugmentation(augmentations.randAugment({ numOps: 1, magnitude: 0 }), image, key(i));
      if (!operation || ['autocontrast', 'equalize'].includes(operation.op)) continue;
      if (operation.op === 'solarize') expect(operation.threshold).toBe(255);
      else expect(applyOperation(image, operation)).toEqual(image);
    }
  });
});

describe('AutoAugment', () => {
  test('draws every pair alike, and steps with their probability', () => {
    const lists = Array.from({ length: 25_000 }, (_, i) =>
      drawAugmentation(augmentations.autoAugment('cifar10'), image, key(i)),
    );
    const expected = autoAugmentPolicies.cifar10.flat().reduce((sum, [, p]) => sum + p, 0) / 25;
    const found = lists.reduce((sum, list) => sum + list.length, 0) / lists.length;
    expect(Math.abs(found - expected)).toBeLessThan(0.03);
    const inverted = lists.filter((list) => list.some(({ op }) => op === 'invert')).length / lists.length;
    expect(Math.abs(inverted - (0.1 + 0 + 0.1) / 25)).toBeLessThan(0.002);
  });
});

describe('mistakes', () => {
  const wrong: [string, () => unknown][] = [
    ['p', () => augmentations.randomHorizontalFlip({ p: 1.5 })],
    ['p that is no number', () => augmentations.randomInvert({ p: Number.NaN })],
    ['a size of 0', () => augmentations.randomResizedCrop(0)],
    ['a scale beyond the picture', () => augmentations.randomResizedCrop(9, { scale: [0.5, 2] })],
    ['a ratio of 0', () => augmentations.randomResizedCrop(9, { ratio: [0, 1] })],
    ['a range upside down', () => augmentations.randomRotation([10, -10])],
    ['an even kernel', () => augmentations.gaussianBlur(4)],
    ['a sigma of 0', () => augmentations.gaussianBlur(3, { sigma: 0 })],
    ['a magnitude without a bin', () => augmentations.randAugment({ magnitude: 31 })],
    ['a hue beyond half a circle', () => augmentations.colorJitter({ hue: 0.6 })],
    ['a negative factor', () => augmentations.colorJitter({ brightness: [-1, 1] })],
    ['bits', () => augmentations.randomPosterize(9)],
    ['a threshold', () => augmentations.randomSolarize(Number.NaN)],
    ['a sharpness', () => augmentations.randomAdjustSharpness(-1)],
    ['a colour', () => augmentations.randomErasing({ value: 256 })],
    ['a fill', () => augmentations.randomRotation(3, { fill: [1, 2, 300] })],
    ['three shears', () => augmentations.randomAffine(3, { shear: [1, 2, 3] })],
    ['a shift beyond the picture', () => augmentations.randomAffine(3, { translate: [0, 1.5] })],
    ['an unknown kind', () => checkAugmentation({ kind: 'swirl' } as unknown as Augmentation)],
    ['an interpolation', () => augmentations.randomRotation(3, { interpolation: 'lanczos' as 'nearest' })],
    ['a filter', () => augmentations.resize(9, { interpolation: 'cubic' as 'box' })],
    ['a policy', () => augmentations.autoAugment('mnist' as 'svhn')],
    ['a missing list', () => checkAugmentation({ kind: 'compose' } as unknown as Augmentation)],
    ['no descriptor', () => compose([null as unknown as Augmentation])],
    ['a crop larger than the picture', () => augment(image, augmentations.randomCrop(100), key(0))],
    ['a seed', () => augment(image, augmentations.randomCrop(10), key(0, 0, 0.5))],
    [
      'too deep',
      () => {
        let each = augmentations.centerCrop(3) as Augmentation;
        for (let i = 0; i < 40; i++) each = { kind: 'compose', transforms: [each] };
        checkAugmentation(each);
      },
    ],
  ];
  test.each(wrong)('%s', (_, run) => {
    expect(run).toThrow(expect.objectContaining({ code: 'invalid-argument' }));
  });
});
