import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { isObject, type JsonObject, readJson } from '../../json.js';
import { noSuchTensor, type WeightFile } from '../../weight-file.js';
import { parseManifest, type TfjsEntry } from './manifest.js';
import { decode } from './quantisation.js';
import { Shards } from './shards.js';

/**
 * Opens a TensorFlow.js model: the `model.json` of a layers-model or graph-model, or a weights manifest alone. The files of
 * numbers beside it are opened when their first tensor is read, and found by `source.sibling`, within the folder only.
 * Quantised weights (uint8, uint16, float16) are read as what they stand for. Metadata: `format`, `generatedBy`,
 * `convertedBy`, `model_config` (the architecture, as JSON, where the model has one in Keras's form), `keras_version` and
 * `quantisation`.
 *
 * Throws WeightsError `bad-header`, `unknown-format` (JSON, but no model), `unsafe-path`, `duplicate-name`,
 * `unknown-dtype`, `bad-shape`, `bad-value` or `too-large`; reading also `cannot-read`, `truncated` and `bad-offsets`.
 */
export async function openTfjs(source: ByteSource): Promise<WeightFile> {
  const json = await readJson(source);
  const model: JsonObject = isObject(json) ? json : { weightsManifest: json };
  if (model['weightsManifest'] === undefined) {
    throw new WeightsError(
      'unknown-format',
      `${source.name} is JSON without a weightsManifest, so no TensorFlow.js model.`,
    );
  }
  const entries = parseManifest(model['weightsManifest'], source.name);
  const byName = new Map(entries.map((entry) => [entry.name, entry]));
  const shards = new Shards(source);
  return {
    format: 'tfjs',
    name: source.name,
    tensors: entries.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
    metadata: metadataOf(model, entries),
    async read(name) {
      const { dtype, shape, quantisation, group, offset, byteLength } =
        byName.get(name) ?? noSuchTensor(source.name, name);
      return decode(dtype, shape, quantisation, await shards.read(group, offset, byteLength));
    },
    async close() {
      await shards.close();
      await source.close?.();
    },
  };
}

function metadataOf(model: JsonObject, entries: readonly TfjsEntry[]): ReadonlyMap<string, string> {
  const metadata = new Map<string, string>();
  for (const key of ['format', 'generatedBy', 'convertedBy']) {
    const value = model[key];
    if (typeof value === 'string') metadata.set(key, value);
  }
  const topology: JsonObject = isObject(model['modelTopology']) ? model['modelTopology'] : {};
  // The converter wraps what Keras wrote; TensorFlow.js itself saves its own models without that.
  const config = topology['model_config'] ?? (isObject(topology['config']) ? topology : undefined);
  if (isObject(config)) metadata.set('model_config', JSON.stringify(config));
  if (typeof topology['keras_version'] === 'string') metadata.set('keras_version', topology['keras_version']);
  const kinds = new Map<string, number>();
  for (const { quantisation } of entries) {
    if (quantisation !== undefined) kinds.set(quantisation.dtype, (kinds.get(quantisation.dtype) ?? 0) + 1);
  }
  const counts = [...kinds].map(([kind, count]) => `${count} ${kind}`);
  if (counts.length > 0) metadata.set('quantisation', counts.join(', '));
  return metadata;
}
