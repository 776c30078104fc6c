import { type DType, formatShape, sizeOf } from '@convzoo/layers';
import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { MAX_EXPANSION } from '../../limits.js';
import { bytesPerElement, tensorOver } from '../../tensor-bytes.js';
import { noSuchTensor, type TensorInfo, type WeightFile } from '../../weight-file.js';
import { Hdf5File } from './hdf5.js';
import { tensorName } from './names.js';

interface Entry extends TensorInfo {
  /** Path of the dataset in the file. */
  readonly dataset: string;
}

/**
 * Opens an h5 file that Keras 1 or 2 wrote: weights only, or a whole model (then the group `model_weights`). Tensors are
 * listed in the order of `layer_names` and `weight_names`, as `LAYER/VARIABLE` without `:0`. The text attributes of the
 * file are kept as metadata: `model_config`, `keras_version`, `backend`.
 *
 * Throws WeightsError `truncated`, `bad-header`, `unknown-dtype`, `too-large` or `reader-unavailable`.
 */
export async function openKerasH5(source: ByteSource): Promise<WeightFile> {
  const file = await Hdf5File.open(source).catch((error: unknown) => refuse(source, error));
  try {
    const { entries, metadata } = translate(source, () => readIndex(file, source));
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    return {
      format: 'keras-h5',
      name: source.name,
      tensors: entries.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
      metadata,
      async read(name) {
        const { dtype, shape, dataset } = byName.get(name) ?? noSuchTensor(source.name, name);
        const length = sizeOf(shape) * bytesPerElement(dtype);
        return translate(source, () => tensorOver(dtype, shape, file.bytes(dataset, length)));
      },
      async close() {
        file.close();
        await source.close?.();
      },
    };
  } catch (error) {
    file.close();
    throw error;
  }
}

function readIndex(file: Hdf5File, source: ByteSource): { entries: Entry[]; metadata: Map<string, string> } {
  const root = file.hasGroup('/model_weights') ? '/model_weights' : '/';
  const layers = chunked(file, root, 'layer_names');
  if (layers === undefined) {
    throw new WeightsError(
      'bad-header',
      `${source.name} is HDF5, but has no layer_names: it was not written by Keras 1 or 2. Of Keras 3, save as .h5 in the legacy format, or convert it to safetensors.`,
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
  return { entries, metadata: readMetadata(file, root) };
}

/** A list that HDF5 keeps in an attribute, or, where it is over 64 KB, in `name0`, `name1` and so on. */
function chunked(file: Hdf5File, path: string, name: string): readonly string[] | undefined {
  const whole = file.strings(path, name);
  if (whole !== undefined || file.attributeNames(path).includes(name)) return whole ?? [];
  const parts: string[] = [];
  for (let i = 0; ; i++) {
    const part = file.strings(path, `${name}${i}`);
    if (part === undefined) return i === 0 ? undefined : parts;
    parts.push(...part);
  }
}

function readEntry(file: Hdf5File, source: ByteSource, name: string, dataset: string): Entry {
  const metadata = file.dataset(dataset);
  if (metadata === undefined || metadata.shape === null) {
    throw new WeightsError(
      'bad-header',
      `${source.name} lists the weight "${name}", but has no data for it; the file is broken.`,
    );
  }
  const { shape } = metadata;
  const dtype = dtypeOf(metadata.type, metadata.size, metadata.signed);
  if (dtype === undefined) {
    throw new WeightsError(
      'unknown-dtype',
      `${source.name}: "${name}" holds no plain numbers (HDF5 class ${metadata.type}, ${metadata.size} bytes).`,
    );
  }
  const bytes = sizeOf(shape) * bytesPerElement(dtype);
  if (!(bytes <= source.size * MAX_EXPANSION)) {
    throw new WeightsError(
      'too-large',
      `${source.name}: "${name}" of ${formatShape(shape)} would need ${bytes} bytes, more than ${MAX_EXPANSION} times the file's ${source.size}; it is broken or made to harm.`,
    );
  }
  return { name, dtype, shape, dataset };
}

/** HDF5's classes 0 (integer) and 1 (float); an enumeration (8) of one byte is how h5py writes bool. */
function dtypeOf(type: number, size: number, signed: boolean): DType | undefined {
  if (type === 1) return ({ 2: 'float16', 4: 'float32', 8: 'float64' } as const)[size];
  if (type === 8 && size === 1) return 'bool';
  if (type !== 0) return undefined;
  return signed
    ? ({ 1: 'int8', 2: 'int16', 4: 'int32', 8: 'int64' } as const)[size]
    : ({ 1: 'uint8', 2: 'uint16', 4: 'uint32', 8: 'uint64' } as const)[size];
}

function readMetadata(file: Hdf5File, root: string): Map<string, string> {
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

function translate<T>(source: ByteSource, use: () => T): T {
  try {
    return use();
  } catch (error) {
    return refuse(source, error);
  }
}

/** What HDF5 throws is a stack of its own, long and for its authors: it becomes the cause. */
function refuse({ name }: ByteSource, cause: unknown): never {
  if (cause instanceof WeightsError) throw cause;
  if (String(cause).includes('truncated file')) {
    throw new WeightsError('truncated', `${name} is shorter than its own header says; fetch it again.`, { cause });
  }
  throw new WeightsError('bad-header', `${name} cannot be read as HDF5; it is damaged.`, { cause });
}
