import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import type { JsonObject } from '../../json.js';
import type { WeightFile } from '../../weight-file.js';
import { openKerasIndex } from './keras.js';
import { openSafetensorsIndex } from './safetensors.js';
import { parseWeightMap } from './weight-map.js';

/**
 * Opens weights in several files by their index: safetensors (`model.safetensors.index.json`) or Keras 3
 * (`.weights.json`). The files are found by `source.sibling`, within the folder only.
 *
 * Throws WeightsError `unknown-format`, `bad-header`, `too-large`, `unsafe-path`, `cannot-read`, and what the files' own readers throw.
 */
export async function openSharded(source: ByteSource, json: JsonObject): Promise<WeightFile> {
  const map = parseWeightMap(json['weight_map'], source.name);
  if (map.files.length === 0) {
    throw new WeightsError('unknown-format', `${source.name} is an index of no files, so no weights.`);
  }
  if (map.files.every((path) => path.endsWith('.safetensors'))) return openSafetensorsIndex(source, map);
  if (map.files.every((path) => path.endsWith('.h5'))) return openKerasIndex(source, map);
  const other = map.files.find((path) => !/\.(safetensors|h5)$/.test(path)) ?? 'files of both formats';
  throw new WeightsError(
    'unknown-format',
    `${source.name} is an index of ${other.slice(0, 200)}; indices of safetensors and of Keras 3 are read. Open the files one by one.`,
  );
}
