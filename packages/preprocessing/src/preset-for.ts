import { type Preset, type PresetName, presets } from './preset.js';

/** The preset for a network's own input: at another resolution the crop is that, and the resize keeps its share. */
export function presetFor(name: PresetName, [height = 0, width = 0]: readonly number[]): Preset {
  const preset: Preset = presets[name];
  const { crop, resize } = preset;
  if (crop !== null) {
    if (crop.height === height && crop.width === width) return preset;
    if (resize.mode !== 'shorter-side') return { ...preset, crop: { height, width } };
    // resize = floor(size / crop_pct), as timm and torchvision have it.
    const size = Math.floor(Math.min(height, width) / (crop.height / resize.size));
    return { ...preset, crop: { height, width }, resize: { ...resize, size } };
  }
  if (resize.mode !== 'center-square') return preset;
  if (height !== width) return { ...preset, resize: { mode: 'exact', height, width } };
  return resize.size === height ? preset : { ...preset, resize: { ...resize, size: height } };
}
