import type { DType, DTypeArrays, HostTensor, Shape } from '@convzoo/layers';

/** The array of each element type. float16 and bfloat16 are raw bits. */
const ARRAYS = {
  float64: Float64Array,
  float32: Float32Array,
  float16: Uint16Array,
  bfloat16: Uint16Array,
  int64: BigInt64Array,
  int32: Int32Array,
  int16: Int16Array,
  int8: Int8Array,
  uint64: BigUint64Array,
  uint32: Uint32Array,
  uint16: Uint16Array,
  uint8: Uint8Array,
  bool: Uint8Array,
} as const satisfies { [D in DType]: { readonly BYTES_PER_ELEMENT: number; readonly prototype: DTypeArrays[D] } };

export const bytesPerElement = (dtype: DType): number => ARRAYS[dtype].BYTES_PER_ELEMENT;

/**
 * A tensor over `bytes`, without a copy where they are aligned. Little-endian, as every platform
 * that runs JavaScript is.
 */
export function tensorOver(dtype: DType, shape: Shape, bytes: Uint8Array<ArrayBuffer>): HostTensor {
  const aligned = bytes.byteOffset % bytesPerElement(dtype) === 0 ? bytes : bytes.slice();
  const data = new ARRAYS[dtype](aligned.buffer, aligned.byteOffset, aligned.byteLength / bytesPerElement(dtype));
  // The table above pairs each dtype with its array; TypeScript cannot follow it through a lookup by a union.
  return { dtype, shape, data } as HostTensor;
}

/** The bytes of a tensor's values, not copied. */
export function bytesOf({ data }: HostTensor): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}
