import { formatShape, type HostTensor, sizeOf } from '@convzoo/layers';
import { WeightsError } from '../../errors.js';
import { bytesOf } from '../../tensor-bytes.js';
import type { NamedTensor } from '../../weight-file.js';
import { nameOfDtype, writingOrder } from './dtypes.js';
import { MAX_HEADER_BYTES, PREFIX_BYTES } from './header.js';

/** The header is padded to this, so that every tensor may be used where it lies. */
const ALIGNMENT = 8;

/**
 * A safetensors file, byte for byte the one that the reference implementation writes: tensors by element type, then by
 * name, so that the same tensors give the same file in whatever order they come. Throws WeightsError `duplicate-name`,
 * `bad-header` (a name that cannot be written), `bad-shape` or `too-large`.
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
  writingOrder(a.tensor.dtype) - writingOrder(b.tensor.dtype) || compareText(a.name, b.name);

/** In the order of code points, as UTF-8 sorts; `<` compares UTF-16, where surrogates come before U+E000. */
function compareText(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return rank(a.charCodeAt(i)) - rank(b.charCodeAt(i));
  }
  return a.length - b.length;
}

const rank = (unit: number): number => (unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit);

function headerBytes(tensors: readonly NamedTensor[], metadata: readonly (readonly [string, string])[]): Uint8Array {
  const fields: string[] = [];
  const texts = [...metadata].sort(([a], [b]) => compareText(a, b));
  for (const part of texts.flat()) checkText(part);
  if (texts.length > 0)
    fields.push(field('__metadata__', objectText(texts.map(([key, text]) => field(key, JSON.stringify(text))))));
  let offset = 0;
  const names = new Set<string>();
  for (const { name, tensor } of tensors) {
    checkName(name, names);
    checkShape(name, tensor);
    const end = offset + tensor.data.byteLength;
    const entry = { dtype: nameOfDtype(tensor.dtype), shape: tensor.shape, data_offsets: [offset, end] };
    fields.push(field(name, JSON.stringify(entry)));
    offset = end;
  }
  const bytes = new TextEncoder().encode(objectText(fields));
  const padded = new Uint8Array(Math.ceil(bytes.length / ALIGNMENT) * ALIGNMENT).fill(0x20);
  padded.set(bytes);
  if (padded.length <= MAX_HEADER_BYTES) return padded;
  throw new WeightsError(
    'too-large',
    `The header of these ${tensors.length} tensors has ${padded.length} bytes; ${MAX_HEADER_BYTES} can be read back. Write several files.`,
  );
}

// Text by text: as an object, names that look like numbers would move to the front, and `__proto__` would be lost.
const field = (name: string, json: string): string => `${JSON.stringify(name)}:${json}`;
const objectText = (fields: readonly string[]): string => `{${fields.join(',')}}`;

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
