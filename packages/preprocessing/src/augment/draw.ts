import { invalidArgument } from '../errors.js';
import type { Image, Size } from '../image.js';
import { drawAutoAugment } from './auto-augment.js';
import { checkAugmentation } from './check.js';
import { cutoutSquare, randomBox, randomErasure, uniform } from './crops.js';
import type { Augmentation, AugmentationOf } from './descriptors.js';
import { applyOperation, type Operation, sizeAfter } from './operations.js';
import { drawPolicy } from './policies.js';
import { createRandom, hashInts, type Random } from './random.js';

/** Which sample of which epoch: with the augmentation, all that decides what is done to it. */
export interface SampleKey {
  /** A safe integer. */
  readonly seed: number;
  readonly epoch: number;
  /** The sample's own number in its data set, not its place in a batch. */
  readonly index: number;
}

/**
 * What an augmentation does to one sample, for a picture of `size`: a pure function of its arguments. The order of the
 * samples, their batches and the number of workers change nothing, and each step of a `compose` has numbers of its own.
 */
export function drawAugmentation(augmentation: Augmentation, size: Size, key: SampleKey): Operation[] {
  checkAugmentation(augmentation);
  return draw(augmentation, size, createRandom(key.seed).fork('augment').fork(key.epoch).fork(key.index), key);
}

/** Draws and applies. The picture is not written to; where nothing is to be done it is given back as it is. */
export function augment(image: Image, augmentation: Augmentation, key: SampleKey): Image {
  return drawAugmentation(augmentation, image, key).reduce(applyOperation, image);
}

function draw(each: Augmentation, size: Size, random: Random, key: SampleKey): Operation[] {
  // Drawn first and in every case, so that later numbers do not depend on `p`.
  const chosen = 'p' in each ? random.next() < each.p : true;
  if (!chosen) return [];
  switch (each.kind) {
    case 'compose':
    case 'random-apply': {
      let current = size;
      return each.transforms.flatMap((inner, n) => {
        const operations = draw(inner, current, random.fork(n), key);
        current = operations.reduce(sizeAfter, current);
        return operations;
      });
    }
    case 'resize': {
      const { size: target, interpolation } = each;
      if (typeof target === 'number') return [{ op: 'resize-shorter-side', size: target, interpolation }];
      return [{ op: 'resize', height: target[0], width: target[1], interpolation }];
    }
    case 'center-crop':
      return [{ op: 'center-crop', height: each.size[0], width: each.size[1] }];
    case 'random-resized-crop': {
      const [height, width] = each.size;
      const box = randomBox(size, each.scale, each.ratio, random);
      return [
        { op: 'crop', ...box },
        { op: 'resize', height, width, interpolation: each.interpolation },
      ];
    }
    case 'random-crop':
      return drawCrop(each, size, random);
    case 'padded-crop-flip':
      return drawPaddedCropFlip(each, size, key);
    case 'random-horizontal-flip':
      return [{ op: 'flip-horizontal' }];
    case 'random-vertical-flip':
      return [{ op: 'flip-vertical' }];
    case 'random-rotation': {
      const { degrees, expand, interpolation, fill } = each;
      return [{ op: 'rotate', angle: uniform(random, degrees), expand, interpolation, fill }];
    }
    case 'random-affine':
      return [drawAffine(each, size, random)];
    case 'color-jitter':
      return drawJitter(each, random);
    case 'random-grayscale':
      return [{ op: 'grey' }];
    case 'random-invert':
      return [{ op: 'invert' }];
    case 'random-autocontrast':
      return [{ op: 'autocontrast' }];
    case 'random-equalize':
      return [{ op: 'equalize' }];
    case 'random-posterize':
      return [{ op: 'posterize', bits: each.bits }];
    case 'random-solarize':
      return [{ op: 'solarize', threshold: each.threshold }];
    case 'random-adjust-sharpness':
      return [{ op: 'sharpness', factor: each.sharpnessFactor }];
    case 'gaussian-blur': {
      const sigma = uniform(random, each.sigma);
      return [{ op: 'gaussian-blur', kernelSize: each.kernelSize, sigma: [sigma, sigma] }];
    }
    case 'rand-augment':
    case 'trivial-augment-wide':
      return drawPolicy(each, size, random);
    case 'auto-augment':
      return drawAutoAugment(each, size, random);
    case 'random-erasing': {
      const box = randomErasure(size, each.scale, each.ratio, random);
      const value = each.value === 'random' ? { noise: random.int(2 ** 32) } : each.value;
      return box ? [{ op: 'erase', ...box, value }] : [];
    }
    case 'cutout':
      return [{ op: 'erase', ...cutoutSquare(size, each.length, random), value: each.value }];
  }
}

function drawCrop({ size, padding, fill }: AugmentationOf<'random-crop'>, before: Size, random: Random): Operation[] {
  const [height, width] = size;
  const padded = { height: before.height + 2 * padding, width: before.width + 2 * padding };
  if (height > padded.height || width > padded.width) {
    throw invalidArgument(
      `random-crop: ${width}x${height} is not inside a picture of ${padded.width}x${padded.height}, padding included`,
    );
  }
  const top = random.int(padded.height - height + 1);
  const left = random.int(padded.width - width + 1);
  const cut: Operation = { op: 'crop', top, left, height, width };
  return padding === 0 ? [cut] : [{ op: 'pad', padding, fill }, cut];
}

/** The draws of `fillAugmentedBatch`, number by number. */
function drawPaddedCropFlip(
  { padding, flip }: AugmentationOf<'padded-crop-flip'>,
  { height, width }: Size,
  { seed, epoch, index }: SampleKey,
): Operation[] {
  const offset = (draw: number): number =>
    Math.floor((hashInts(seed, epoch, index, draw) / 2 ** 32) * (2 * padding + 1));
  const operations: Operation[] = [
    { op: 'pad', padding, fill: 0 },
    { op: 'crop', top: offset(0), left: offset(1), height, width },
  ];
  if (flip && hashInts(seed, epoch, index, 2) >= 2 ** 31) operations.push({ op: 'flip-horizontal' });
  return operations;
}

function drawAffine(each: AugmentationOf<'random-affine'>, { height, width }: Size, random: Random): Operation {
  const { degrees, translate, scale, shear, interpolation, fill } = each;
  const shift = (share: number, side: number): number => {
    const most = share * side;
    return Math.round(uniform(random, [-most, most]));
  };
  return {
    op: 'affine',
    angle: uniform(random, degrees),
    translate: translate ? [shift(translate[0], width), shift(translate[1], height)] : [0, 0],
    scale: scale ? uniform(random, scale) : 1,
    shear: shear ? [uniform(random, [shear[0], shear[1]]), uniform(random, [shear[2], shear[3]])] : [0, 0],
    interpolation,
    fill,
  };
}

function drawJitter(each: AugmentationOf<'color-jitter'>, random: Random): Operation[] {
  const order = random.shuffle<JitterName[]>(['brightness', 'contrast', 'saturation', 'hue']);
  return order.flatMap((op) => {
    const range = each[op];
    return range ? [{ op, factor: uniform(random.fork(op), range) }] : [];
  });
}

type JitterName = 'brightness' | 'contrast' | 'saturation' | 'hue';
