import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import type { WeightFile } from '../../weight-file.js';
import { holdsVariables, readVariables } from '../keras-v3/variables.js';
import { type Entry, readEntry } from './entry.js';
import { tensorName } from './names.js';
import { type Hdf5Index, type Hdf5Reader, openHdf5Weights } from './open.js';

/**
 * Opens an h5 file that Keras 1 or 2 wrote: weights only, or a whole model (then the group `model_weights`). Tensors are
 * listed in the order of `layer_names` and `weight_names`, as `LAYER/VARIABLE` without `:0`. The text attributes of the
 * file are kept as metadata: `model_config`, `keras_version`, `backend`. A `.weights.h5` of Keras 3 is opened too; its format is
 * `keras-v3`.
 *
 * Throws WeightsError `truncated`, `bad-header`, `unknown-dtype`, `too-large` or `reader-unavailable`.
 */
export function openKerasH5(source: ByteSource): Promise<WeightFile> {
  return openHdf5Weights(source, (file) => readIndex(file, source));
}

function readIndex(file: Hdf5Reader, source: ByteSource): Hdf5Index {
  const root = file.hasGroup('/model_weights') ? '/model_weights' : '/';
  const layers = chunked(file, root, 'layer_names');
  if (layers === undefined) {
    if (holdsVariables(file)) return readVariables(file, source);
    throw new WeightsError(
      'bad-header',
      `${source.name} is HDF5, but neither Keras 1 or 2 nor Keras 3 wrote its weights.`,
    );
  }
  const entries: Entry[] = [];
  const names = new Set<string>();
  for (const layer of layers) {
    const group = `${root === '/' ? '' : root}/${layer}`;
    for (const weight of chunked(file, group, 'weight_names') ?? []) {
      const name = tensorName(layer, weight, names);
      names.add(name);
      entries.push(readEntry(file, source, name, `${group}/${weight}`));
    }
  }
  return { format: 'keras-h5', entries, metadata: readMetadata(file, root) };
}

/** A list that HDF5 keeps in an attribute, or, where it is over 64 KB, in `name0`, `name1` and so on. */
function chunked(file: Hdf5Reader, path: string, name: string): readonly string[] | undefined {
  const whole = file.strings(path, name);
  if (whole !== undefined || file.attributeNames(path).includes(name)) return whole ?? [];
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = file.strings(path, `${name}${i}`);
    if (part === undefined) return i === 0 ? undefined : parts;
    parts.push(...part);
  }
}

function readMetadata(file: Hdf5Reader, root: string): Map<string, string> {
  const metadata = new Map<string, string>();
  for (const path of new Set([root, '/'])) {
    for (const name of file.attributeNames(path)) {
      if (/^layer_names\d*$/.test(name)) continue;
      const [text, ...others] = file.strings(path, name) ?? [];
      if (text !== undefined && others.length === 0) metadata.set(name, text);
    }
  }
  return metadata;
}
