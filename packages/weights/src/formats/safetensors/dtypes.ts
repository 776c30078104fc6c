import type { DType } from '@convzoo/layers';

/**
 * Element types of safetensors that are read and written, by the format's own names, in the order in which the reference
 * implementation writes them: wide ones first, so that all are aligned.
 */
const NAMES = {
  U64: 'uint64',
  I64: 'int64',
  F64: 'float64',
  F32: 'float32',
  U32: 'uint32',
  I32: 'int32',
  BF16: 'bfloat16',
  F16: 'float16',
  U16: 'uint16',
  I16: 'int16',
  I8: 'int8',
  U8: 'uint8',
  BOOL: 'bool',
} as const satisfies Record<string, DType>;

export const safetensorsDtypes: readonly string[] = Object.keys(NAMES);

export function dtypeOf(name: string): DType | undefined {
  return Object.hasOwn(NAMES, name) ? NAMES[name as keyof typeof NAMES] : undefined;
}

const BY_DTYPE = new Map<DType, string>(Object.entries(NAMES).map(([name, dtype]) => [dtype, name]));

export const nameOfDtype = (dtype: DType): string => BY_DTYPE.get(dtype) ?? dtype;

const ORDER = new Map(Object.values(NAMES).map((dtype, i) => [dtype, i]));
/** Where tensors of a type come in a file. */
export const writingOrder = (dtype: DType): number => ORDER.get(dtype) ?? ORDER.size;
