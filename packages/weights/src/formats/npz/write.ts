import { formatShape, type HostTensor, sizeOf } from '@convzoo/layers';
import { writeArchive } from '../../archive/write.js';
import { WeightsError } from '../../errors.js';
import { bytesOf } from '../../tensor-bytes.js';
import type { NamedTensor } from '../../weight-file.js';
import { nameOfDtype } from './header.js';

/** Values begin at a multiple of this, as NumPy's own writer has it. */
const ALIGNMENT = 64;

/**
 * A `.npz` archive as `numpy.savez` makes it, which `numpy.load` reads without pickles. The same tensors give the same
 * file. Throws WeightsError `unknown-dtype` for bfloat16, which NumPy lacks, `duplicate-name`, `bad-header` for a name that
 * cannot be written, `bad-shape` or `too-large`.
 */
export function writeNpz(tensors: Iterable<NamedTensor>): Uint8Array<ArrayBuffer> {
  const names = new Set<string>();
  const files = [...tensors].map(({ name, tensor }) => {
    checkName(name, names);
    return { name: `${name}.npy`, parts: [npyHeader(name, tensor), bytesOf(tensor)] };
  });
  return writeArchive(files, ALIGNMENT);
}

/** A single array as `numpy.save` makes it. */
export function writeNpy(tensor: HostTensor): Uint8Array<ArrayBuffer> {
  const header = npyHeader('the array', tensor);
  const bytes = new Uint8Array(header.length + tensor.data.byteLength);
  bytes.set(header);
  bytes.set(bytesOf(tensor), header.length);
  return bytes;
}

function npyHeader(name: string, { dtype, shape, data }: HostTensor): Uint8Array {
  const type = nameOfDtype(dtype);
  if (type === undefined) {
    throw new WeightsError('unknown-dtype', `"${name}" is ${dtype}, which NumPy has not; convert it to float32 first.`);
  }
  if (!shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0) || sizeOf(shape) !== data.length) {
    throw new WeightsError('bad-shape', `"${name}" has shape ${formatShape(shape)} but ${data.length} values.`);
  }
  const order = type.endsWith('1') ? '|' : '<';
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dict = `{'descr': '${order}${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Magic, version 1.0 and a length of 16 bits come before; spaces and a line feed fill it up.
  const length = Math.ceil((10 + dict.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(length).fill(0x20);
  header.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]);
  new DataView(header.buffer).setUint16(8, length - 10, true);
  header.set(new TextEncoder().encode(dict), 10);
  header[length - 1] = 0x0a;
  return header;
}

/** Longest name of a zip entry in bytes. */
const MAX_NAME_BYTES = 65_535;

function checkName(name: string, names: Set<string>): void {
  // Half of a surrogate pair has no UTF-8; NumPy's reader cuts names off at a NUL.
  if (/\p{Surrogate}|\0/u.test(name) || new TextEncoder().encode(`${name}.npy`).length > MAX_NAME_BYTES) {
    throw new WeightsError(
      'bad-header',
      `${JSON.stringify(name.slice(0, 200))} cannot be the name of a file in an archive.`,
    );
  }
  if (names.has(name)) {
    throw new WeightsError('duplicate-name', `Two tensors are called "${name}"; a file holds one of each name.`);
  }
  names.add(name);
}
