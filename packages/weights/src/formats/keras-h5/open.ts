import { sizeOf } from '@convzoo/layers';
import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { bytesPerElement, tensorOver } from '../../tensor-bytes.js';
import { noSuchTensor, type WeightFile, type WeightFormat } from '../../weight-file.js';
import type { Entry } from './entry.js';
import { Hdf5File } from './hdf5.js';

/** What an HDF5 file holds, by whichever of Keras's layouts it follows. */
export interface Hdf5Index {
  readonly format: WeightFormat;
  readonly entries: readonly Entry[];
  readonly metadata: ReadonlyMap<string, string>;
}

/** What is needed of an HDF5 file, so that several can be read as one. */
export type Hdf5Reader = Pick<
  Hdf5File,
  'attributeNames' | 'strings' | 'keys' | 'hasGroup' | 'dataset' | 'bytes' | 'close'
>;

/** An HDF5 file as a weight file. `readIndex` finds its tensors; what HDF5 throws meanwhile becomes a WeightsError. */
export async function openHdf5Weights(
  source: ByteSource,
  readIndex: (file: Hdf5Reader) => Hdf5Index,
  open: () => Promise<Hdf5Reader> = () => Hdf5File.open(source),
): Promise<WeightFile> {
  const file = await open().catch((error: unknown) => refuse(source, error));
  try {
    const { format, entries, metadata } = translate(source, () => readIndex(file));
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
