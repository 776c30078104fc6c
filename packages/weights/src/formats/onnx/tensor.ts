import { type DType, formatShape, type Shape } from '@convzoo/layers';
import { WeightsError } from '../../errors.js';
import { MAX_RANK } from '../../limits.js';
import { bytesPerElement } from '../../tensor-bytes.js';
import { damaged, type Field, type FieldScanner, fieldsOf, packedVarints } from './protobuf.js';

/** Values of TensorProto.DataType that have an element type here. */
const DTYPES: Readonly<Record<number, DType>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};

/** Fields of TensorProto that hold numbers, and how: as they lie in memory, or each as a varint. */
const DATA: Readonly<Record<number, { readonly packed: boolean; readonly dtypes: readonly DType[] }>> = {
  4: { packed: false, dtypes: ['float32'] },
  5: { packed: true, dtypes: ['int32', 'int16', 'int8', 'uint16', 'uint8', 'bool', 'float16', 'bfloat16'] },
  7: { packed: true, dtypes: ['int64'] },
  9: { packed: false, dtypes: Object.values(DTYPES) },
  10: { packed: false, dtypes: ['float64'] },
  11: { packed: true, dtypes: ['uint64', 'uint32'] },
};

/** Longest name or path that is read. torch's longest have some hundred bytes. */
const MAX_TEXT = 4096;

/** An initialiser: what it is and where its numbers lie. */
export interface OnnxTensor {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Located | External;
}

interface Located {
  readonly start: number;
  readonly length: number;
  /** Each number is a varint. */
  readonly packed: boolean;
}

/** In a file beside this one, as torch writes models by default since 2.9. */
export interface External {
  readonly location: string;
  readonly offset: number;
  /** To the end of the file where it is not stated. */
  readonly length: number | undefined;
}

const decode = (bytes: Uint8Array, name: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new WeightsError('bad-header', `${name}: a name is not UTF-8; the file is damaged.`, { cause });
  }
};

export const textOf = async (scanner: FieldScanner, field: Field, name: string): Promise<string> =>
  decode(await scanner.bytes(field, MAX_TEXT, 'a name'), name);

export const textIn = (bytes: Uint8Array, field: Field, name: string): string => {
  if (field.kind !== 'bytes' || field.length > MAX_TEXT) throw damaged(name, 'a name that is none');
  return decode(bytes.subarray(field.start, field.start + field.length), name);
};

/** Reads the TensorProto at `start` .. `end`, but for its numbers. */
export async function readTensor(scanner: FieldScanner, start: number, end: number, file: string): Promise<OnnxTensor> {
  const shape: number[] = [];
  let type = 0;
  let name = '';
  let external = false;
  const entries = new Map<string, string>();
  let data: { readonly field: number; readonly start: number; readonly length: number } | undefined;
  for await (const field of scanner.fields(start, end)) {
    const { number } = field;
    if (number === 1) shape.push(...(await dimsOf(scanner, field, file)));
    else if (number === 2 && field.kind === 'varint') type = field.value;
    else if (number === 8) name = await textOf(scanner, field, file);
    else if (number === 13) {
      const [key, value] = entryIn(await scanner.bytes(field, 2 * MAX_TEXT, 'a path'), file);
      entries.set(key, value);
    } else if (number === 14 && field.kind === 'varint') external = field.value === 1;
    else if (DATA[number] !== undefined) {
      if (data !== undefined || field.kind !== 'bytes') throw damaged(file, `numbers of "${name}" in several pieces`);
      data = { field: number, start: field.start, length: field.length };
    }
    if (shape.length > MAX_RANK) throw new WeightsError('bad-shape', `${file}: "${name}" has over ${MAX_RANK} axes.`);
  }
  const dtype = DTYPES[type];
  if (dtype === undefined) {
    throw new WeightsError(
      'unknown-dtype',
      `${file}: "${name}" is of ONNX's element type ${type}, which is not read here.`,
    );
  }
  const elements = elementsOf(shape, name, file);
  const bytes = elements * bytesPerElement(dtype);
  if (external) return { name, dtype, shape, data: externalOf(entries, bytes, name, file) };
  if (data === undefined) {
    if (elements === 0) return { name, dtype, shape, data: { start: 0, length: 0, packed: false } };
    throw new WeightsError('bad-shape', `${file}: "${name}" of ${formatShape(shape)} has no numbers.`);
  }
  const { packed, dtypes } = DATA[data.field] ?? { packed: false, dtypes: [] };
  const fits = packed ? elements <= data.length && data.length <= 10 * elements : bytes === data.length;
  if (!fits || !dtypes.includes(dtype)) {
    throw new WeightsError(
      'bad-shape',
      `${file}: "${name}" is ${dtype} of ${formatShape(shape)}, and has ${data.length} bytes of numbers in field ${data.field}.`,
    );
  }
  return { name, dtype, shape, data: { start: data.start, length: data.length, packed } };
}

/** One extent, or several where they are packed. */
async function dimsOf(scanner: FieldScanner, field: Field, file: string): Promise<readonly number[]> {
  if (field.kind === 'varint') return [field.value];
  const bytes = await scanner.bytes(field, 10 * MAX_RANK, 'a shape');
  const count = bytes.reduce((sum, byte) => sum + (byte < 0x80 ? 1 : 0), 0);
  return Array.from(packedVarints(bytes, count, file), (extent) => Number(BigInt.asIntN(64, extent)));
}

function elementsOf(shape: Shape, name: string, file: string): number {
  const product = shape.reduce((size, extent) => (extent >= 0 ? size * extent : Number.NaN), 1);
  if (Number.isSafeInteger(product * 8)) return product;
  throw new WeightsError('bad-shape', `${file}: "${name}" has shape ${formatShape(shape)}, which no tensor has.`);
}

function entryIn(bytes: Uint8Array, file: string): readonly [key: string, value: string] {
  let [key, value] = ['', ''];
  for (const field of fieldsOf(bytes, file)) {
    if (field.number === 1) key = textIn(bytes, field, file);
    if (field.number === 2) value = textIn(bytes, field, file);
  }
  return [key, value];
}

function externalOf(entries: ReadonlyMap<string, string>, bytes: number, name: string, file: string): External {
  const [location, offset, length] = [entries.get('location'), entries.get('offset') ?? '0', entries.get('length')];
  const isNumber = (text: string): boolean => /^\d{1,15}$/.test(text);
  if (location === undefined || !isNumber(offset) || (length !== undefined && Number(length) !== bytes)) {
    throw new WeightsError(
      'bad-offsets',
      `${file}: "${name}" needs ${bytes} bytes, and says they are ${length ?? 'some'} from ${offset} of file ${location ?? '(none)'}.`,
    );
  }
  return { location, offset: Number(offset), length: length === undefined ? undefined : bytes };
}
