import { sizeOf } from '@convzoo/layers';
import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { bytesPerElement, tensorOver } from '../../tensor-bytes.js';
import { noSuchTensor, type WeightFile, type WeightFormat } from '../../weight-file.js';
import type { Entry } from './entry.js';
import { Hdf5File } from './hdf5.js';
import { isSync } from './plain/bytes.js';
import { PlainHdf5 } from './plain/file.js';
import type { Hdf5Reader } from './reader.js';

/** What an HDF5 file holds, by whichever of Keras's layouts it follows. */
export interface Hdf5Index {
  readonly format: WeightFormat;
  readonly entries: readonly Entry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** An HDF5 file as a weight file. `readIndex` finds its tensors; what HDF5 throws meanwhile becomes a WeightsError. */
export async function openHdf5Weights(
  source: ByteSource,
  readIndex: (file: Hdf5Reader) => Hdf5Index,
  open?: () => Promise<Hdf5Reader>,
): Promise<WeightFile> {
  const plain = open === undefined ? openPlain(source, readIndex) : undefined;
  const opening = plain === undefined ? (open?.() ?? Hdf5File.open(source)) : Promise.resolve(plain.file);
  const file = await opening.catch((error: unknown) => refuse(source, error));
  try {
    const { format, entries, metadata } = plain?.index ?? translate(source, () => readIndex(file));
    const byName = new Map(entries.map((entry) => [entry.name, entry]));
    return {
      format,
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

/**
 * Reads a plain file without the HDF5 library, which takes a fifth of a second to start and 60 MB. Undefined where the file
 * is not plain or not well: the library is to read it then, or to say what is wrong.
 */
function openPlain(
  source: ByteSource,
  readIndex: (file: Hdf5Reader) => Hdf5Index,
): { readonly file: Hdf5Reader; readonly index: Hdf5Index } | undefined {
  if (!isSync(source)) return undefined;
  try {
    const file = new PlainHdf5(source);
    return { file, index: readIndex(file) };
  } catch {
    return undefined;
  }
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
