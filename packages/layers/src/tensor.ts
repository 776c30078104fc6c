import type { Shape } from './shape.js';

/** Element types that parameters may have on the host. float16 and bfloat16 are raw bits in a Uint16Array. */
export interface DTypeArrays {
  float32: Float32Array;
  float64: Float64Array;
  float16: Uint16Array;
  bfloat16: Uint16Array;
  int8: Int8Array;
  int16: Int16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  uint8: Uint8Array;
  uint16: Uint16Array;
  uint32: Uint32Array;
  uint64: BigUint64Array;
  bool: Uint8Array;
}

export type DType = keyof DTypeArrays;

/** A plain array with its shape: what files, passes, compression and training exchange. No tensor library is needed. */
export type HostTensor = {
  [D in DType]: { readonly shape: Shape; readonly dtype: D; readonly data: DTypeArrays[D] };
}[DType];

/** A float32 array with its shape, the form in which networks compute. */
export type Float32Tensor = Extract<HostTensor, { dtype: 'float32' }>;

/** Values of a network's parameters, by path. A Map, so that no path taken from a file can reach a prototype. */
export type Parameters = ReadonlyMap<string, Float32Tensor>;

export function float32Tensor(shape: Shape, data: Float32Array): Float32Tensor {
  return { shape, dtype: 'float32', data };
}
