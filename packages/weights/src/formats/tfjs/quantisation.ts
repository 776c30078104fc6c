import type { HostTensor, Shape } from '@convzoo/layers';
import { fromFloat16 } from '../../convert.js';
import { tensorOver } from '../../tensor-bytes.js';

/** Element types that TensorFlow.js has for weights and that are numbers. */
export type TfjsDType = 'float32' | 'int32' | 'bool';

/** How the numbers of a weight were made small: float16, or whole numbers with a scale and a smallest value. */
export type Quantisation =
  | { readonly dtype: 'float16' }
  | { readonly dtype: 'uint8' | 'uint16'; readonly scale: number; readonly min: number };

/** Bytes of one stored number. */
export const storedBytes = (dtype: TfjsDType, quantisation: Quantisation | undefined): number =>
  quantisation === undefined ? (dtype === 'bool' ? 1 : 4) : quantisation.dtype === 'uint8' ? 1 : 2;

/** Numbers as they are stored to numbers as they are meant: tfjs-core's `decodeWeights` (io/io_utils.ts), to the bit. */
export function decode(
  dtype: TfjsDType,
  shape: Shape,
  quantisation: Quantisation | undefined,
  bytes: Uint8Array<ArrayBuffer>,
): HostTensor {
  if (quantisation === undefined) return tensorOver(dtype, shape, bytes);
  const stored = tensorOver(quantisation.dtype, shape, bytes).data as Uint8Array | Uint16Array;
  if (quantisation.dtype === 'float16') return { dtype: 'float32', shape, data: fromFloat16(stored as Uint16Array) };
  const { scale, min } = quantisation;
  // In float64, rounded once: as in the original, where `values[i] = v * scale + min` stores into the array.
  if (dtype === 'int32') return { dtype, shape, data: Int32Array.from(stored, (v) => Math.round(v * scale + min)) };
  return { dtype: 'float32', shape, data: Float32Array.from(stored, (v) => v * scale + min) };
}
