import type { Filter } from '../resize/filters.js';
import type { Colour } from './kernels/colour.js';
import type { WarpInterpolation } from './kernels/warp.js';

/** A lower and an upper bound. */
export type Range = readonly [from: number, to: number];

interface RandomWarp {
  readonly interpolation: WarpInterpolation;
  /** Of what lies outside the picture. */
  readonly fill: Colour;
}

/**
 * An augmentation as plain data: it survives `JSON.stringify`, so that it can go into a checkpoint and to a worker. The
 * parameters have torchvision's names, in camel case, and its meanings. `augmentations` makes them with its defaults.
 */
export type Augmentation =
  | { readonly kind: 'compose'; readonly transforms: readonly Augmentation[] }
  /** All of `transforms` with probability `p`, or none of them. */
  | { readonly kind: 'random-apply'; readonly p: number; readonly transforms: readonly Augmentation[] }
  | { readonly kind: 'resize'; readonly size: number | Range; readonly interpolation: Filter }
  | { readonly kind: 'center-crop'; readonly size: Range }
  | {
      readonly kind: 'random-resized-crop';
      readonly size: Range;
      readonly scale: Range;
      readonly ratio: Range;
      readonly interpolation: Filter;
    }
  | { readonly kind: 'random-crop'; readonly size: Range; readonly padding: number; readonly fill: Colour }
  | { readonly kind: 'padded-crop-flip'; readonly padding: number; readonly flip: boolean }
  | { readonly kind: 'random-horizontal-flip' | 'random-vertical-flip'; readonly p: number }
  | ({ readonly kind: 'random-rotation'; readonly degrees: Range; readonly expand: boolean } & RandomWarp)
  | ({
      readonly kind: 'random-affine';
      readonly degrees: Range;
      readonly translate: Range | null;
      readonly scale: Range | null;
      readonly shear: readonly [xFrom: number, xTo: number, yFrom: number, yTo: number] | null;
    } & RandomWarp)
  | {
      readonly kind: 'color-jitter';
      readonly brightness: Range | null;
      readonly contrast: Range | null;
      readonly saturation: Range | null;
      readonly hue: Range | null;
    }
  | {
      readonly kind: 'random-grayscale' | 'random-invert' | 'random-autocontrast' | 'random-equalize';
      readonly p: number;
    }
  | { readonly kind: 'random-posterize'; readonly bits: number; readonly p: number }
  | { readonly kind: 'random-solarize'; readonly threshold: number; readonly p: number }
  | { readonly kind: 'random-adjust-sharpness'; readonly sharpnessFactor: number; readonly p: number }
  | {
      readonly kind: 'gaussian-blur';
      readonly kernelSize: readonly [width: number, height: number];
      readonly sigma: Range;
    }
  | ({
      readonly kind: 'rand-augment';
      readonly numOps: number;
      readonly magnitude: number;
      readonly numMagnitudeBins: number;
    } & RandomWarp)
  | ({ readonly kind: 'trivial-augment-wide'; readonly numMagnitudeBins: number } & RandomWarp)
  | ({ readonly kind: 'auto-augment'; readonly policy: 'imagenet' | 'cifar10' | 'svhn' } & RandomWarp)
  | {
      readonly kind: 'random-erasing';
      readonly p: number;
      readonly scale: Range;
      readonly ratio: Range;
      readonly value: Colour | 'random';
    }
  | { readonly kind: 'cutout'; readonly length: number; readonly value: Colour };

/** The descriptor of one kind. */
export type AugmentationOf<K extends Augmentation['kind']> = Extract<Augmentation, { kind: K }>;
