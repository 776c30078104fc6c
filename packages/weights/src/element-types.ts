import type { DType, HostTensor } from '@convzoo/layers';
import { toFloat16, toFloat32 } from './convert.js';
import { WeightsError } from './errors.js';
import { nameOfDtype } from './formats/npz/header.js';
import type { NamedTensor } from './weight-file.js';

/** Formats that are written here. */
export const writableFormats = ['safetensors', 'npz', 'tfjs'] as const;
export type WritableFormat = (typeof writableFormats)[number];

const TFJS: readonly DType[] = ['float32', 'float16', 'int32', 'bool'];

const holds = (format: WritableFormat, dtype: DType): boolean =>
  format === 'safetensors' || (format === 'npz' ? nameOfDtype(dtype) !== undefined : TFJS.includes(dtype));

/**
 * A tensor in an element type that the format has: itself where it has its own, else float32 or int32 with exactly the same
 * numbers. Throws WeightsError `bad-value` where there is none that holds them all, as for most of float64 in TensorFlow.js.
 */
export function writableIn(format: WritableFormat, named: NamedTensor): NamedTensor {
  const { name, tensor } = named;
  if (holds(format, tensor.dtype)) return named;
  if (tensor.dtype === 'bfloat16') return { name, tensor: toFloat32(tensor) };
  return { name, tensor: tensor.dtype === 'float64' ? exactFloat32(tensor, name) : exactInt32(tensor, name) };
}

function exactFloat32(tensor: HostTensor & { readonly dtype: 'float64' }, name: string): HostTensor {
  const { data } = toFloat32(tensor);
  if (tensor.data.every((value, i) => Object.is(value, data[i])))
    return { dtype: 'float32', shape: tensor.shape, data };
  throw new WeightsError(
    'bad-value',
    `"${name}" is float64, which TensorFlow.js has not, and float32 cannot hold its numbers exactly; convert it to float32 first.`,
  );
}

function exactInt32({ shape, data, dtype }: HostTensor, name: string): HostTensor {
  const result = new Int32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    result[i] = value;
    if (result[i] === value) continue;
    throw new WeightsError(
      'bad-value',
      `"${name}" is ${dtype}, which TensorFlow.js has not, and int32 cannot hold its value ${data[i]}; leave it out.`,
    );
  }
  return { dtype: 'int32', shape, data: result };
}

const FLOATS: ReadonlySet<DType> = new Set<DType>(['float64', 'float32', 'float16', 'bfloat16']);

/**
 * A tensor of floats as float32 or float16, rounded to nearest even; others as they are. Throws WeightsError `bad-value`
 * where a finite number would become infinite: float16 ends at 65504, and large variances of BatchNorm go beyond.
 */
export function castFloats({ name, tensor }: NamedTensor, dtype: 'float32' | 'float16'): NamedTensor {
  if (tensor.dtype === dtype || !FLOATS.has(tensor.dtype)) return { name, tensor };
  const { shape, data } = toFloat32(tensor);
  if (tensor.dtype === 'float64') checkOverflow(name, tensor.data, data, 'float32');
  if (dtype === 'float32') return { name, tensor: { dtype, shape, data } };
  const bits = toFloat16(data);
  for (let i = 0; i < bits.length; i++) {
    // All bits of the exponent set and none of the fraction: infinity.
    if (((bits[i] as number) & 0x7fff) === 0x7c00 && Number.isFinite(data[i])) overflow(name, data[i], dtype);
  }
  return { name, tensor: { dtype, shape, data: bits } };
}

function checkOverflow(name: string, from: Float64Array, to: Float32Array, dtype: DType): void {
  const at = from.findIndex((value, i) => Number.isFinite(value) && !Number.isFinite(to[i]));
  if (at >= 0) overflow(name, from[at], dtype);
}

function overflow(name: string, value: number | undefined, dtype: DType): never {
  throw new WeightsError(
    'bad-value',
    `"${name}" has the value ${value}, which ${dtype} cannot hold; keep these weights in a wider type.`,
  );
}
