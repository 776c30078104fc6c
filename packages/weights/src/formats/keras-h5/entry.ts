import { type DType, formatShape, sizeOf } from '@convzoo/layers';
import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { MAX_EXPANSION } from '../../limits.js';
import { bytesPerElement } from '../../tensor-bytes.js';
import type { TensorInfo } from '../../weight-file.js';
import type { Hdf5Reader } from './open.js';

/** A tensor of an HDF5 file. */
export interface Entry extends TensorInfo {
  /** Path of the dataset in the file. */
  readonly dataset: string;
}

/** Type and shape of a dataset that is to be a tensor. */
export function readEntry(file: Hdf5Reader, source: ByteSource, name: string, dataset: string): Entry {
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
