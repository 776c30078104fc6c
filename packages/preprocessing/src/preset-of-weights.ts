import type { Channels } from './normalise.js';
import { type Preset, type PresetName, presets } from './preset.js';

/** What a publisher states of the pictures that weights were measured on, as `@convzoo/zoo/pretrained` has it. */
export interface StatedPreprocessing {
  /** Whose normalisation it is where no mean and deviation are stated. */
  readonly preset: PresetName;
  /** Mean and deviation of values from 0 to 1. */
  readonly mean?: readonly number[];
  readonly std?: readonly number[];
  /** Pixels of the shorter side before the crop. */
  readonly resize?: number;
  /** Pixels of the centre crop. */
  readonly crop: number;
  readonly interpolation: 'bilinear' | 'bicubic';
  /** The picture is pressed into a square of `resize`. */
  readonly squash?: boolean;
}

export interface StatedWeights {
  readonly name: string;
  /** Framework that published them. */
  readonly dialect: string;
  readonly preprocessing: StatedPreprocessing;
}

/**
 * The preprocessing that published weights were measured with. Undefined where their publisher states none (Keras names no
 * resize): then the network's usual one has to do.
 */
export function presetOfWeights({ name, preprocessing, dialect }: StatedWeights): Preset | undefined {
  const { preset, mean, std, resize, crop, interpolation, squash = false } = preprocessing;
  if (resize === undefined || (dialect !== 'torchvision' && dialect !== 'timm') || name.startsWith('convzoo/'))
    return undefined;
  const own = channels(mean) && channels(std) ? { scale: 1 / 255, mean, std } : undefined;
  return {
    name: `of ${name}`,
    resize: squash ? { mode: 'exact', height: resize, width: resize } : { mode: 'shorter-side', size: resize },
    filter: interpolation,
    crop: { height: crop, width: crop },
    normalise: own ?? presets[preset].normalise,
  };
}

const channels = (values: readonly number[] | undefined): values is Channels => values?.length === 3;
