import { formatShape, type HostTensor, sizeOf } from '@convzoo/layers';
import { WeightsError } from '../../errors.js';
import { bytesOf, bytesPerElement } from '../../tensor-bytes.js';
import type { NamedTensor } from '../../weight-file.js';
import { nameOfDtype } from './dtypes.js';
import { MAX_HEADER_BYTES, PREFIX_BYTES } from './header.js';

/** The header is padded to this, so that every tensor may be used where it lies. */
const ALIGNMENT = 8;

/**
 * A safetensors file. Wide element types come first and names in order after that, as the reference implementation has
 * it: every tensor is aligned, and the same tensors give the same bytes in whatever order they come. Throws WeightsError
 * `duplicate-name`, `bad-header` (a name that cannot be written), `bad-shape` or `too-large`.
 */
export function writeSafetensors(
  tensors: Iterable<NamedTensor>,
  metadata: ReadonlyMap<string, string> | Readonly<Record<string, string>> = {},
): Uint8Array<ArrayBuffer> {
  const sorted = [...tensors].sort(inOrder);
  const header = headerBytes(sorted, metadata instanceof Map ? [...metadata] : Object.entries(metadata));
  const size = sorted.reduce((sum, { tensor }) => sum + tensor.data.byteLength, PREFIX_BYTES + header.length);
  const file = new Uint8Array(size);
  new DataView(file.buffer).setBigUint64(0, BigInt(header.length), true);
  file.set(header, PREFIX_BYTES);
  let offset = PREFIX_BYTES + header.length;
  for (const { tensor } of sorted) {
    file.set(bytesOf(tensor), offset);
    offset += tensor.data.byteLength;
  }
  return file;
}

const inOrder = (a: NamedTensor, b: NamedTensor): number =>
  bytesPerElement(b.tensor.dtype) - bytesPerElement(a.tensor.dtype) || (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

function headerBytes(tensors: readonly NamedTensor[], metadata: readonly (readonly [string, string])[]): Uint8Array {
  const entries: [string, unknown][] = [];
  // By code units as the names are, so that the order of insertion does not show.
  const texts = [...metadata].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  for (const [key, text] of texts) for (const part of [key, text]) checkText(part);
  if (texts.length > 0) entries.push(['__metadata__', Object.fromEntries(texts)]);
  let offset = 0;
  const names = new Set<string>();
  for (const { name, tensor } of tensors) {
    checkName(name, names);
    checkShape(name, tensor);
    const end = offset + tensor.data.byteLength;
    entries.push([name, { dtype: nameOfDtype(tensor.dtype), shape: tensor.shape, data_offsets: [offset, end] }]);
    offset = end;
  }
  // fromEntries defines properties, so that a tensor may be called `__proto__`.
  const bytes = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const padded = new Uint8Array(Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT).fill(0x20);
  padded.set(bytes);
  if (padded.length <= MAX_HEADER_BYTES) return padded;
  throw new WeightsError(
    'too-large',
    `The header of these ${tensors.length} tensors has ${padded.length} bytes; ${MAX_HEADER_BYTES} can be read back. Write several files.`,
  );
}

function checkName(name: string, names: Set<string>): void {
  checkText(name);
  if (name === '__metadata__')
    throw new WeightsError('bad-header', 'A tensor cannot be called "__metadata__": the format uses that name.');
  if (names.has(name))
    throw new WeightsError('duplicate-name', `Two tensors are called "${name}"; a file holds one of each name.`);
  names.add(name);
}

/** Half of a surrogate pair has no UTF-8 and would come back as another character. */
function checkText(text: string): void {
  if (/\p{Surrogate}/u.test(text))
    throw new WeightsError('bad-header', `${JSON.stringify(text)} is not well-formed Unicode and cannot be written.`);
}

function checkShape(name: string, { shape, data }: HostTensor): void {
  if (shape.every((extent) => Number.isSafeInteger(extent) && extent >= 0) && sizeOf(shape) === data.length) return;
  throw new WeightsError('bad-shape', `"${name}" has shape ${formatShape(shape)} but ${data.length} values.`);
}
