import { type DType, formatShape, type Shape } from '@convzoo/layers';
import { WeightsError, type WeightsErrorCode } from '../../errors.js';
import { MAX_RANK } from '../../limits.js';
import { bytesPerElement } from '../../tensor-bytes.js';

/** NumPy refuses to parse more than this, since a long header is a way to exhaust its parser. */
const MAX_HEADER_BYTES = 10_000;

/** Bytes of an array's beginning that surely hold its header: magic, version and length before it. */
export const HEADER_READ = 12 + MAX_HEADER_BYTES;

/** `\x93NUMPY` */
const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** What a `.npy` header says of the bytes after it. */
export interface NpyHeader {
  readonly dtype: DType;
  readonly shape: Shape;
  /** The first axis runs fastest. */
  readonly fortran: boolean;
  readonly bigEndian: boolean;
  /** Of the first value, from the start of the array's file. */
  readonly start: number;
  /** Of all values. */
  readonly byteLength: number;
}

/**
 * Parses the header of a `.npy` file (numpy/lib/format.py, versions 1 to 3). The dict in it is matched, never evaluated.
 * `size` is that of the whole. Throws WeightsError `bad-header`, `truncated`, `too-large`, `unsafe-pickle`,
 * `unknown-dtype` or `bad-shape`.
 */
export function parseNpyHeader(bytes: Uint8Array, size: number, label: string): NpyHeader {
  const fail = (code: WeightsErrorCode, message: string): never => {
    throw new WeightsError(code, `${label}: ${message}.`);
  };
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) fail('bad-header', 'this is no NumPy array');
  const version = bytes[6] ?? 0;
  if (version < 1 || version > 3) fail('bad-header', `version ${version} of the format is not known`);
  const prefix = version === 1 ? 10 : 12;
  if (bytes.length < prefix) fail('truncated', 'it ends within its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (length > MAX_HEADER_BYTES) {
    fail('too-large', `its header claims ${length} bytes; up to ${MAX_HEADER_BYTES} are read, as in NumPy`);
  }
  const start = prefix + length;
  if (start > bytes.length) fail('truncated', 'it ends within its header');
  const fields = parseDict(new TextDecoder().decode(bytes.subarray(prefix, start)));
  if (fields === undefined) return fail('bad-header', 'its header is not the dict that NumPy writes');
  const { dtype, bigEndian } = readDescr(fields.descr, fail);
  const shape = readShape(fields.shape, fail);
  // As BigInt, so that a product beyond 2^53 is not rounded into a plausible one.
  const byteLength = shape.reduce((product, extent) => product * BigInt(extent), BigInt(bytesPerElement(dtype)));
  const there = BigInt(size - start);
  if (byteLength > there) {
    fail('truncated', `${dtype} ${formatShape(shape)} needs ${byteLength} bytes, but ${there} follow its header`);
  }
  if (byteLength < there) {
    fail('bad-shape', `${dtype} ${formatShape(shape)} needs ${byteLength} bytes, but ${there} follow its header`);
  }
  return { dtype, shape, fortran: fields.fortran, bigEndian, start, byteLength: Number(byteLength) };
}

type Fail = (code: WeightsErrorCode, message: string) => never;

interface Fields {
  /** In quotes for a plain element type, a list for a structured one. */
  readonly descr: string;
  readonly fortran: boolean;
  readonly shape: string;
}

/** A key in quotes and its value: text in quotes, a word, a tuple of numbers, or a list, which is not looked into. */
const ITEM = /^\s*(['"])(\w+)\1\s*:\s*('[^'\\]*'|"[^"\\]*"|True|False|\([\d\s,L]*\)|\[[^\]]*\])\s*(,|(?=\}))/;

/** The one dict that NumPy writes, with its three keys in any order. */
function parseDict(text: string): Fields | undefined {
  const fields = new Map<string, string>();
  let rest = text.trim();
  if (!rest.startsWith('{')) return undefined;
  rest = rest.slice(1);
  for (let match = ITEM.exec(rest); match !== null; match = ITEM.exec(rest)) {
    const [whole, , key = '', value = ''] = match;
    if (fields.has(key)) return undefined;
    fields.set(key, value);
    rest = rest.slice(whole.length);
  }
  const [descr, order, shape] = [fields.get('descr'), fields.get('fortran_order'), fields.get('shape')];
  if (rest.trim() !== '}' || fields.size !== 3 || descr === undefined || shape === undefined) return undefined;
  if (order !== 'True' && order !== 'False') return undefined;
  return { descr, fortran: order === 'True', shape };
}

/** Kind and bytes, e.g. `f4`, after the order of bytes. */
const DTYPES: Readonly<Record<string, DType>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u8: 'uint64',
  u4: 'uint32',
  u2: 'uint16',
  u1: 'uint8',
  b1: 'bool',
};

function readDescr(descr: string, fail: Fail): { readonly dtype: DType; readonly bigEndian: boolean } {
  const text = descr.slice(1, -1);
  if (/^[|<>=]?O/.test(text)) {
    return fail(
      'unsafe-pickle',
      'it is an array of Python objects, which is a pickle inside and could run code; nothing was run. Save arrays of numbers',
    );
  }
  const dtype = Object.hasOwn(DTYPES, text.slice(1)) ? DTYPES[text.slice(1)] : undefined;
  if (dtype === undefined || !/^[|<>=]/.test(text) || descr.startsWith('[')) {
    const hint = /^\|V2$/.test(text) ? ' (bfloat16 is written so; convert it to float32 first)' : '';
    return fail('unknown-dtype', `its element type is ${descr.slice(0, 100)}, which is not read here${hint}`);
  }
  return { dtype, bigEndian: text.startsWith('>') };
}

function readShape(text: string, fail: Fail): Shape {
  // Python 2 wrote `3L`.
  const parts = text
    .slice(1, -1)
    .split(',')
    .map((part) => part.trim().replace(/L$/, ''));
  if (parts.at(-1) === '') parts.pop();
  const shape = parts.map((part) => (/^\d{1,16}$/.test(part) ? Number(part) : Number.NaN));
  if (text.startsWith('(') && shape.length <= MAX_RANK && shape.every(Number.isSafeInteger)) return shape;
  return fail('bad-shape', `its shape is ${text.slice(0, 100)}; up to ${MAX_RANK} whole numbers are needed`);
}

export const nameOfDtype = (dtype: DType): string | undefined =>
  Object.entries(DTYPES).find(([, known]) => known === dtype)?.[0];
