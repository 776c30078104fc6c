import { type Float32Tensor, type HostTensor, widenFloat16 } from '@convzoo/layers';
import { WeightsError } from './errors.js';

/**
 * The values as float32. Exact for float16, bfloat16, bool and integers up to 16 bits, and for wider ones up to 2^24;
 * float64 and larger integers are rounded to nearest even. The array itself where it is float32 already.
 */
export function toFloat32(tensor: HostTensor): Float32Tensor {
  return { shape: tensor.shape, dtype: 'float32', data: float32Of(tensor) };
}

function float32Of(tensor: HostTensor): Float32Array {
  switch (tensor.dtype) {
    case 'float32':
      return tensor.data;
    case 'float16':
      return fromFloat16(tensor.data);
    case 'bfloat16':
      return fromBfloat16(tensor.data);
    case 'int64':
    case 'uint64':
      return fromBigInts(tensor.data);
    default:
      return Float32Array.from(tensor.data);
  }
}

/** bfloat16 is the upper half of a float32. */
export function fromBfloat16(bits: Uint16Array): Float32Array {
  const result = new Uint32Array(bits.length);
  for (let i = 0; i < bits.length; i++) result[i] = (bits[i] as number) << 16;
  return new Float32Array(result.buffer);
}

/** Exact; NaN payloads are kept. */
export const fromFloat16 = (bits: Uint16Array): Float32Array => widenFloat16(bits);

function fromBigInts(values: BigInt64Array | BigUint64Array): Float32Array {
  const result = new Float32Array(values.length);
  // A BigInt of more than 53 bits is rounded twice on its way, which can be off by one float32 step: refuse those.
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as bigint;
    const number = Number(value);
    if (!Number.isSafeInteger(number)) {
      throw new WeightsError(
        'bad-value',
        `Element ${i} is ${value}, which float32 cannot hold; is this tensor a weight?`,
      );
    }
    result[i] = number;
  }
  return result;
}

/** To bfloat16 bits, rounded to nearest even. */
export function toBfloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (x) => {
    // A NaN stays one: rounding could carry its payload into the exponent.
    if ((x & 0x7fffffff) > 0x7f800000) return (x >>> 16) | 0x40;
    return (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  });
}

/** To float16 bits, rounded to nearest even; beyond 65504 to infinity, as IEEE 754 has it. */
export function toFloat16(values: Float32Array): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  return Uint16Array.from(bits, (x) => {
    const sign = (x >>> 16) & 0x8000;
    const magnitude = x & 0x7fffffff;
    if (magnitude > 0x7f800000) return sign | 0x7e00 | ((x >>> 13) & 0x3ff);
    if (magnitude >= 0x47800000) return sign | 0x7c00;
    const exponent = (magnitude >>> 23) - 112;
    // Below 2^-14 the half is subnormal: the fraction with its hidden bit, shifted by as much as is missing.
    const shift = exponent > 0 ? 13 : 14 - exponent;
    if (shift > 25) return sign;
    const mantissa = exponent > 0 ? (exponent << 23) | (magnitude & 0x7fffff) : (magnitude & 0x7fffff) | 0x800000;
    const kept = mantissa >>> shift;
    const rest = mantissa & ((1 << shift) - 1);
    const middle = 1 << (shift - 1);
    return sign | (kept + (rest > middle || (rest === middle && (kept & 1) === 1) ? 1 : 0));
  });
}
