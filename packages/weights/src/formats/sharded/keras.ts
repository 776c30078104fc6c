import type { ByteSource } from '../../byte-source.js';
import type { WeightFile } from '../../weight-file.js';
import { Hdf5File } from '../keras-h5/hdf5.js';
import { type Hdf5Reader, openHdf5Weights } from '../keras-h5/open.js';
import { readVariables } from '../keras-v3/variables.js';
import { openSibling, type WeightMap } from './weight-map.js';

/**
 * The weights that Keras 3 splits over several `.weights.h5` (`save_weights` with `max_shard_size`), by their
 * `.weights.json`. A layer's variables may lie in more than one, so the files are read as one.
 */
export async function openKerasIndex(source: ByteSource, { files }: WeightMap): Promise<WeightFile> {
  const sources: ByteSource[] = [];
  const parts: Hdf5File[] = [];
  const close = async (): Promise<void> => {
    for (const part of parts) part.close();
    for (const part of sources) await part.close?.();
  };
  try {
    for (const path of files) sources.push(await openSibling(source, path));
    // Limits are for the size of all files together.
    const whole = { ...source, size: sources.reduce((sum, { size }) => sum + size, 0) };
    const open = async (): Promise<Hdf5Reader> => {
      for (const part of sources) parts.push(await Hdf5File.open(part));
      return joined(parts);
    };
    const file = await openHdf5Weights(whole, (reader) => readVariables(reader, whole), open);
    return {
      ...file,
      async close() {
        await close();
        await source.close?.();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Several HDF5 files as one: groups have the members of all, and what is in one of them is there. */
function joined(files: readonly Hdf5File[]): Hdf5Reader {
  const having = (dataset: string): Hdf5File | undefined => files.find((file) => file.dataset(dataset) !== undefined);
  return {
    keys: (path) => [...new Set(files.flatMap((file) => file.keys(path)))],
    hasGroup: (path) => files.some((file) => file.hasGroup(path)),
    attributeNames: (path) => [
      ...new Set(files.flatMap((file) => (file.hasGroup(path) ? file.attributeNames(path) : []))),
    ],
    strings(path, name) {
      for (const file of files) {
        const found = file.hasGroup(path) ? file.strings(path, name) : undefined;
        if (found !== undefined) return found;
      }
      return undefined;
    },
    dataset: (path) => having(path)?.dataset(path),
    bytes: (path, length) => having(path)?.bytes(path, length) ?? new Uint8Array(0),
    // Each file is closed by whoever opened it.
    close: () => undefined,
  };
}
