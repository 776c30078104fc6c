import { type PresetName, presets } from '@convzoo/preprocessing';
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
