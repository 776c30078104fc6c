import { invalidArgument } from '../errors.js';
import type { Filter } from '../resize/filters.js';
import { checkAugmentation } from './check.js';
import type { Augmentation, Range } from './descriptors.js';
import type { Colour } from './kernels/colour.js';
import type { WarpInterpolation } from './kernels/warp.js';

interface WarpSettings {
  readonly interpolation?: WarpInterpolation;
  readonly fill?: Colour;
}

const warpDefaults = { interpolation: 'nearest', fill: 0 } as const;

/** Height and width; one number stands for both. */
type SizeSetting = number | Range;

const both = (size: SizeSetting): Range => (typeof size === 'number' ? [size, size] : size);

/** torchvision's reading of one number: from `-value` to `value`. */
const around = (value: number | Range): Range => (typeof value === 'number' ? [-value, value] : value);

/** `ColorJitter`: one number `v` means `[max(0, 1 - v), 1 + v]`, and 0 leaves the property alone. */
function factors(value: number | Range | undefined): Range | null {
  if (value === undefined || value === 0) return null;
  return typeof value === 'number' ? [Math.max(0, 1 - value), 1 + value] : value;
}

function shears(value: number | readonly number[] | null): AffineShear {
  if (value === null) return null;
  if (typeof value === 'number') return [-value, value, 0, 0];
  const [xFrom, xTo, yFrom = 0, yTo = 0] = value;
  if (xFrom === undefined || xTo === undefined || value.length === 3 || value.length > 4) {
    throw invalidArgument(`shear must be a number, two numbers or four, got ${JSON.stringify(value)}`);
  }
  return [xFrom, xTo, yFrom, yTo];
}

type AffineShear = Extract<Augmentation, { kind: 'random-affine' }>['shear'];

function checked<A extends Augmentation>(augmentation: A): A {
  checkAugmentation(augmentation);
  return augmentation;
}

interface Probability {
  readonly p?: number;
}

/**
 * Makes descriptors, with torchvision's defaults. Each throws `invalid-argument` where a parameter is out of its range.
 * Angles are degrees, sizes pixels, colours 0 to 255.
 */
export const augmentations = {
  /** To `size` pixels: one number is the shorter side, two are height and width. */
  resize: (size: SizeSetting, { interpolation = 'bilinear' as Filter } = {}) =>
    checked({ kind: 'resize', size, interpolation }),
  centerCrop: (size: SizeSetting) => checked({ kind: 'center-crop', size: both(size) }),
  /** A part of `scale` times the area and an aspect in `ratio`, resized to `size` (Szegedy et al. 2015, section 6). */
  randomResizedCrop: (
    size: SizeSetting,
    {
      scale = [0.08, 1],
      ratio = [3 / 4, 4 / 3],
      interpolation = 'bilinear',
    }: { readonly scale?: Range; readonly ratio?: Range; readonly interpolation?: Filter } = {},
  ) => checked({ kind: 'random-resized-crop', size: both(size), scale, ratio, interpolation }),
  /** A window of `size` out of the picture with `padding` pixels of `fill` around it. */
  randomCrop: (size: SizeSetting, { padding = 0, fill = 0 as Colour } = {}) =>
    checked({ kind: 'random-crop', size: both(size), padding, fill }),
  /** He et al. 2015, section 4.2: the same bytes as `fillAugmentedBatch` draws for the same seed, epoch and index. */
  paddedCropFlip: ({ padding = 4, flip = true } = {}) => checked({ kind: 'padded-crop-flip', padding, flip }),
  randomHorizontalFlip: ({ p = 0.5 }: Probability = {}) => checked({ kind: 'random-horizontal-flip', p }),
  randomVerticalFlip: ({ p = 0.5 }: Probability = {}) => checked({ kind: 'random-vertical-flip', p }),
  /** `degrees` of -180..180 say, or one number for both ways; counter-clockwise. */
  randomRotation: (degrees: number | Range, { expand = false, ...warp }: WarpSettings & { expand?: boolean } = {}) =>
    checked({ kind: 'random-rotation', degrees: around(degrees), expand, ...warpDefaults, ...warp }),
  /** `translate` is the largest shift as a share of width and height. */
  randomAffine: (
    degrees: number | Range,
    {
      translate = null,
      scale = null,
      shear = null,
      ...warp
    }: WarpSettings & {
      readonly translate?: Range | null;
      readonly scale?: Range | null;
      readonly shear?: number | readonly number[] | null;
    } = {},
  ) =>
    checked({
      kind: 'random-affine',
      degrees: around(degrees),
      translate,
      scale,
      shear: shears(shear),
      ...warpDefaults,
      ...warp,
    }),
  /** Brightness, contrast, saturation and hue in random order. `hue` of 0..0.5 turns it by that share of a circle. */
  colorJitter: (strength: {
    readonly brightness?: number | Range;
    readonly contrast?: number | Range;
    readonly saturation?: number | Range;
    readonly hue?: number | Range;
  }) =>
    checked({
      kind: 'color-jitter',
      brightness: factors(strength.brightness),
      contrast: factors(strength.contrast),
      saturation: factors(strength.saturation),
      hue: strength.hue === undefined || strength.hue === 0 ? null : around(strength.hue),
    }),
  randomGrayscale: ({ p = 0.1 }: Probability = {}) => checked({ kind: 'random-grayscale', p }),
  randomInvert: ({ p = 0.5 }: Probability = {}) => checked({ kind: 'random-invert', p }),
  randomAutocontrast: ({ p = 0.5 }: Probability = {}) => checked({ kind: 'random-autocontrast', p }),
  randomEqualize: ({ p = 0.5 }: Probability = {}) => checked({ kind: 'random-equalize', p }),
  randomPosterize: (bits: number, { p = 0.5 }: Probability = {}) => checked({ kind: 'random-posterize', bits, p }),
  randomSolarize: (threshold: number, { p = 0.5 }: Probability = {}) =>
    checked({ kind: 'random-solarize', threshold, p }),
  randomAdjustSharpness: (sharpnessFactor: number, { p = 0.5 }: Probability = {}) =>
    checked({ kind: 'random-adjust-sharpness', sharpnessFactor, p }),
  /** Always blurs; put it into `randomApply` where it should not. */
  gaussianBlur: (kernelSize: SizeSetting, { sigma = [0.1, 2] }: { readonly sigma?: number | Range } = {}) =>
    checked({
      kind: 'gaussian-blur',
      kernelSize: both(kernelSize),
      sigma: typeof sigma === 'number' ? [sigma, sigma] : sigma,
    }),
  /** Cubuk et al. 2019: `numOps` operations of one magnitude. */
  randAugment: ({ numOps = 2, magnitude = 9, numMagnitudeBins = 31, ...warp }: RandAugmentSettings = {}) =>
    checked({ kind: 'rand-augment', numOps, magnitude, numMagnitudeBins, ...warpDefaults, ...warp }),
  /** Mueller and Hutter 2021: one operation of a random magnitude. */
  trivialAugmentWide: ({ numMagnitudeBins = 31, ...warp }: WarpSettings & { numMagnitudeBins?: number } = {}) =>
    checked({ kind: 'trivial-augment-wide', numMagnitudeBins, ...warpDefaults, ...warp }),
  /** Cubuk et al. 2018: one of 25 learnt pairs of operations. */
  autoAugment: (policy: 'imagenet' | 'cifar10' | 'svhn' = 'imagenet', warp: WarpSettings = {}) =>
    checked({ kind: 'auto-augment', policy, ...warpDefaults, ...warp }),
  /**
   * Zhong et al. 2017. Unlike torchvision's, which comes after the normalisation, it overwrites bytes: `value` is a
   * colour of 0 to 255, or `'random'` for noise in which every byte is alike (there: a normal distribution).
   */
  randomErasing: ({
    p = 0.5,
    scale = [0.02, 0.33],
    ratio = [0.3, 3.3],
    value = 0,
  }: Probability & { readonly scale?: Range; readonly ratio?: Range; readonly value?: Colour | 'random' } = {}) =>
    checked({ kind: 'random-erasing', p, scale, ratio, value }),
  /** DeVries and Taylor 2017: a square of `length` pixels about a random pixel, cut off where it leaves the picture. */
  cutout: (length: number, { value = 0 as Colour } = {}) => checked({ kind: 'cutout', length, value }),
  randomApply: (transforms: readonly Augmentation[], { p = 0.5 }: Probability = {}) =>
    checked({ kind: 'random-apply', p, transforms }),
} as const;

interface RandAugmentSettings extends WarpSettings {
  readonly numOps?: number;
  readonly magnitude?: number;
  readonly numMagnitudeBins?: number;
}

/** One augmentation after the other, as plain data again. */
export function compose(transforms: readonly Augmentation[]): Augmentation {
  return checked({ kind: 'compose', transforms });
}
