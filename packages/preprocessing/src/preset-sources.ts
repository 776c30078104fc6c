import { invalidArgument } from './errors.js';
import { resizeSizeFor } from './geometry.js';
import { type Channels, IMAGENET_MEAN, IMAGENET_STD, type Normalisation, normalisations } from './normalise.js';
import type { Preset } from './preset.js';
import type { Filter } from './resize/filters.js';

// Weights are published with their preprocessing in the words of their framework. Each function here takes those words and
// gives the preset that does the same.

/** The parameters of torchvision's `transforms._presets.ImageClassification`, and its defaults. */
export interface TorchvisionTransforms {
  readonly cropSize: number;
  readonly resizeSize?: number;
  readonly interpolation?: 'nearest' | 'bilinear' | 'bicubic';
  readonly mean?: Channels;
  readonly std?: Channels;
  /** `'tensor'`: the picture is a tensor when it is resized, not a PIL picture. */
  readonly backend?: 'pil' | 'tensor';
  /** Of tensors; PIL pictures are always antialiased. */
  readonly antialias?: boolean;
}

/** What torchvision's weights do to pictures: `Weights.transforms()`. */
export function torchvisionPreset(name: string, transforms: TorchvisionTransforms): Preset {
  const { cropSize, resizeSize = 256, interpolation = 'bilinear', backend = 'pil', antialias = true } = transforms;
  return {
    name,
    resize: { mode: 'shorter-side', size: resizeSize },
    filter: interpolation,
    ...(backend === 'tensor' ? { library: 'torch', antialias } : {}),
    crop: { height: cropSize, width: cropSize },
    normalise: unitNormalisation(transforms.mean ?? IMAGENET_MEAN, transforms.std ?? IMAGENET_STD),
  };
}

/** The entries of timm's `pretrained_cfg` that decide its evaluation (`create_transform`), and its defaults. */
export interface TimmConfig {
  /** Height and width of the input; timm's `input_size` without the channels. */
  readonly inputSize: number;
  readonly cropPct?: number;
  /** `squash` resizes both sides, whatever the aspect was. */
  readonly cropMode?: 'center' | 'squash';
  readonly interpolation?: 'nearest' | 'bilinear' | 'bicubic' | 'lanczos';
  readonly mean?: Channels;
  readonly std?: Channels;
}

/** What timm's evaluation does to pictures. */
export function timmPreset(name: string, config: TimmConfig): Preset {
  const { inputSize, cropPct = 0.875, cropMode = 'center', interpolation = 'bilinear' } = config;
  const size = resizeSizeFor(inputSize, cropPct);
  return {
    name,
    resize: cropMode === 'squash' ? { mode: 'exact', height: size, width: size } : { mode: 'shorter-side', size },
    filter: interpolation,
    crop: { height: inputSize, width: inputSize },
    normalise: unitNormalisation(config.mean ?? IMAGENET_MEAN, config.std ?? IMAGENET_STD),
  };
}

/** `load_img` and the `preprocess_input` of a Keras application, and their defaults. */
export interface KerasPreprocessing {
  readonly targetSize: number;
  /** The mode of `imagenet_utils.preprocess_input`; `'none'` for networks that rescale inside. */
  readonly mode: 'caffe' | 'tf' | 'torch' | 'none';
  readonly interpolation?: Filter;
  readonly keepAspectRatio?: boolean;
}

/** What Keras's own example of prediction does to pictures. */
export function kerasPreset(name: string, options: KerasPreprocessing): Preset {
  const { targetSize, mode, interpolation = 'nearest', keepAspectRatio = false } = options;
  if (!Object.hasOwn(KERAS_MODES, mode)) {
    throw invalidArgument(`mode must be one of ${Object.keys(KERAS_MODES).join(', ')}, got ${mode}`);
  }
  return {
    name,
    resize: { mode: keepAspectRatio ? 'keep-aspect' : 'exact', height: targetSize, width: targetSize },
    filter: interpolation,
    crop: null,
    normalise: KERAS_MODES[mode],
  };
}

const KERAS_MODES: Readonly<Record<KerasPreprocessing['mode'], Normalisation>> = {
  caffe: normalisations.caffe,
  tf: normalisations.tf,
  torch: normalisations.torch,
  none: normalisations.raw,
};

/** ToTensor and Normalize: mean and std are of values from 0 to 1. */
function unitNormalisation(mean: Channels, std: Channels): Normalisation {
  return { scale: 1 / 255, mean, std };
}
