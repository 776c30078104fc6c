import type { Size } from './image.js';
import { IMAGENET_MEAN, IMAGENET_STD, type Normalisation, normalisations } from './normalise.js';
import type { Filter } from './resize/filters.js';

/** How a picture gets its size, before the crop. */
export type ResizeRule =
  /** The shorter side gets `size` pixels, the longer keeps the aspect. */
  | { readonly mode: 'shorter-side'; readonly size: number }
  /** The largest centred square is cut out and resized, so that the aspect is kept. */
  | { readonly mode: 'center-square'; readonly size: number }
  /** Keras's `load_img(keep_aspect_ratio=True)`: the largest centred part with the target's aspect, by a source box. */
  | { readonly mode: 'keep-aspect'; readonly height: number; readonly width: number }
  /** Both sides are given, whatever the aspect was. */
  | { readonly mode: 'exact'; readonly height: number; readonly width: number }
  | { readonly mode: 'none' };

/**
 * How pictures become the input of a network, as plain data: it survives `JSON.stringify`, so it can travel with the
 * weights it belongs to.
 */
export interface Preset {
  readonly name: string;
  readonly resize: ResizeRule;
  readonly filter: Filter;
  /**
   * Whose resize it is: Pillow's (what torchvision and Keras do with picture files, and where this is absent), or torchvision's
   * of tensors, which knows `nearest`, `bilinear` and `bicubic`.
   */
  readonly library?: 'pillow' | 'torch';
  /** For torchvision's tensors alone: false weighs the neighbours only. True where absent; Pillow always antialiases. */
  readonly antialias?: boolean;
  /** The centre crop after the resize, if any. */
  readonly crop: Size | null;
  readonly normalise: Normalisation;
}

const IMAGENET_224 = {
  resize: { mode: 'shorter-side', size: 256 },
  filter: 'bilinear',
  crop: { height: 224, width: 224 },
} as const;

const CIFAR_32 = { resize: { mode: 'center-square', size: 32 }, filter: 'bilinear', crop: null } as const;

export const presets = {
  /** torchvision's evaluation of its first ImageNet weights (`IMAGENET1K_V1`): 256, 224, mean and std. */
  'imagenet-torch': { name: 'imagenet-torch', ...IMAGENET_224, normalise: normalisations.torch },
  /** torchvision's second recipe (`IMAGENET1K_V2`): 232, 224. */
  'imagenet-torch-v2': {
    name: 'imagenet-torch-v2',
    ...IMAGENET_224,
    resize: { mode: 'shorter-side', size: 232 },
    normalise: normalisations.torch,
  },
  /** EfficientNet-B0 of torchvision, and timm's usual evaluation at crop_pct 0.875: bicubic. */
  'imagenet-torch-bicubic': {
    name: 'imagenet-torch-bicubic',
    ...IMAGENET_224,
    filter: 'bicubic',
    normalise: normalisations.torch,
  },
  /** TF-slim and Keras MobileNet: 87.5 % of the picture (224 of 256), values from -1 to 1. */
  'imagenet-tf-inception': { name: 'imagenet-tf-inception', ...IMAGENET_224, normalise: normalisations.tf },
  /** The VGG and ResNet weights of Caffe and Keras: BGR minus the mean. */
  'imagenet-caffe': { name: 'imagenet-caffe', ...IMAGENET_224, normalise: normalisations.caffe },
  /** SqueezeNet's Caffe weights in torchvision's names: RGB minus the mean at 227. */
  'imagenet-caffe-rgb': {
    name: 'imagenet-caffe-rgb',
    ...IMAGENET_224,
    crop: { height: 227, width: 227 },
    normalise: normalisations.caffeRgb,
  },
  /** LeNet-5: digits of 28x28 in a black frame of 32x32, white on black, one channel. */
  mnist: {
    name: 'mnist',
    resize: { mode: 'exact', height: 28, width: 28 },
    filter: 'bilinear',
    crop: { height: 32, width: 32 },
    normalise: normalisations.mnist,
  },
  /** Networks of Keras that have their preprocessing inside (MobileNet V3, EfficientNet): bytes as they are, 0..255. */
  'imagenet-raw': { name: 'imagenet-raw', ...IMAGENET_224, normalise: normalisations.raw },
  /** The CIFAR ResNets with torch names: the centre square at 32x32, with ImageNet's mean and std. */
  cifar10: { name: 'cifar10', ...CIFAR_32, normalise: { scale: 1 / 255, mean: IMAGENET_MEAN, std: IMAGENET_STD } },
  /** Networks that take bytes as they are (MLPerf Tiny's ResNet-8): the centre square at 32x32, 0..255. */
  'cifar10-raw': { name: 'cifar10-raw', ...CIFAR_32, normalise: normalisations.raw },
} as const satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;
