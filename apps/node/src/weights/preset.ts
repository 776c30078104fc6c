import { type Channels, type Preset, presets } from '@convzoo/preprocessing';
import type { PretrainedWeights } from '@convzoo/zoo/pretrained';

/**
 * The preprocessing that published weights were measured with. Undefined where their publisher states none (Keras names no
 * resize): then the network's usual one has to do.
 */
export function presetOfWeights({ name, preprocessing, dialect }: PretrainedWeights): Preset | undefined {
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
