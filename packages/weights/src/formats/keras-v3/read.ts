import { type Archive, openArchive } from '../../archive/archive.js';
import type { ZipEntry } from '../../archive/directory.js';
import { type ByteSource, memorySource, partSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { isObject, parseJson } from '../../json.js';
import type { WeightFile } from '../../weight-file.js';
import { openHdf5Weights } from '../keras-h5/open.js';
import { layersByGroup } from './layers.js';
import { readVariables } from './variables.js';

/** Configuration and metadata are JSON; parsing stops at the same. */
const MAX_JSON_BYTES = 16_000_000;

/**
 * Opens a model that Keras 3 saved as `.keras`: a zip archive of `config.json`, `metadata.json` and `model.weights.h5`.
 * Tensors are `LAYER/VARIABLE` as in other files of Keras, by the names in the configuration; metadata have it as
 * `model_config`, and `keras_version`. The weights are read out of the archive where they are stored, as Keras does; deflated
 * ones are unpacked into memory.
 *
 * Throws what zip, JSON and HDF5 files throw: WeightsError `truncated`, `bad-header`, `bad-offsets`, `duplicate-name`,
 * `unknown-dtype`, `too-large` or `reader-unavailable`.
 */
export async function openKerasV3(source: ByteSource): Promise<WeightFile> {
  const archive = await openArchive(source);
  const config = await readEntry(archive, 'config.json');
  const about = archive.entries.has('metadata.json') ? await readEntry(archive, 'metadata.json') : undefined;
  const layers = layersByGroup(config);
  const weights = await weightsSource(archive, entryOf(archive, 'model.weights.h5'));
  const file = await openHdf5Weights(weights, (hdf5) => readVariables(hdf5, weights, layers));
  const metadata = new Map(file.metadata);
  metadata.set('model_config', JSON.stringify(config));
  const version = isObject(about) ? about['keras_version'] : undefined;
  if (typeof version === 'string') metadata.set('keras_version', version);
  return {
    ...file,
    name: source.name,
    metadata,
    async close() {
      await file.close();
      await source.close?.();
    },
  };
}

function entryOf({ entries, source }: Archive, name: string): ZipEntry {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  throw new WeightsError('bad-header', `${source.name} has no ${name}; it is no model that Keras 3 saved, or damaged.`);
}

async function readEntry(archive: Archive, name: string): Promise<unknown> {
  const entry = entryOf(archive, name);
  const label = `${name} in ${archive.source.name}`;
  if (entry.size > MAX_JSON_BYTES) {
    throw new WeightsError('too-large', `${label} has ${entry.size} bytes; up to ${MAX_JSON_BYTES} are read.`);
  }
  return parseJson(await archive.read(entry), label);
}

async function weightsSource(archive: Archive, entry: ZipEntry): Promise<ByteSource> {
  const { name } = archive.source;
  if (entry.method !== 0) return memorySource(await archive.read(entry), name);
  return partSource(archive.source, await archive.locate(entry), entry.size, name);
}
