import type { Shape } from '@convzoo/layers';
import { type Preset, type PresetName, presets } from '@convzoo/preprocessing';
import { UsageError } from '../errors.js';

const presetNames = Object.keys(presets) as readonly PresetName[];

/** @throws UsageError `bad-option` for a name that is none */
export function presetCalled(name: string): PresetName {
  const preset = presetNames.find((candidate) => candidate === name);
  if (preset === undefined) {
    throw new UsageError('bad-option', `--preset is one of ${presetNames.join(', ')}; got "${name}".`);
  }
  return preset;
}

/** The preset for a network's own input: at another resolution the crop is that, and the resize keeps its share. */
export function presetFor(name: PresetName, [height = 0, width = 0]: Shape): Preset {
  const preset: Preset = presets[name];
  const { crop, resize } = preset;
  if (crop !== null) {
    if (crop.height === height && crop.width === width) return preset;
    if (resize.mode !== 'shorter-side') return { ...preset, crop: { height, width } };
    // resize = floor(size / crop_pct), as timm and torchvision have it.
    const share = crop.height / resize.size;
    return {
      ...preset,
      crop: { height, width },
      resize: { ...resize, size: Math.floor(Math.min(height, width) / share) },
    };
  }
  if (height !== width && resize.mode === 'center-square')
    return { ...preset, resize: { mode: 'exact', height, width } };
  if (resize.mode === 'center-square' && resize.size !== height)
    return { ...preset, resize: { ...resize, size: height } };
  return preset;
}
