import type { DType, HostTensor } from '@convzoo/layers';
import { sizeOf } from '@convzoo/layers';
import { fromBfloat16, fromFloat16 } from './convert.js';
import { type DialectName, detectDialect } from './dialects/index.js';
import { bytesPerElement } from './tensor-bytes.js';
import type { TensorInfo, WeightFile, WeightFormat } from './weight-file.js';

/** What a weight file holds, by its header. */
export interface WeightDescription {
  readonly name: string;
  readonly format: WeightFormat;
  /** Whose names these are; undefined where they are of no dialect that is known. */
  readonly dialect: DialectName | undefined;
  /** In the file's order. */
  readonly tensors: readonly TensorInfo[];
  /** Numbers in all tensors. */
  readonly values: number;
  /** Bytes of all tensors as they are read, which for quantised files is more than they take. */
  readonly bytes: number;
  /** How many tensors there are of each element type. */
  readonly dtypes: ReadonlyMap<DType, number>;
  readonly metadata: ReadonlyMap<string, string>;
}

/** Describes a file without reading a tensor. {@link tensorStatistics} has the numbers of each. */
export function describeWeights(file: WeightFile): WeightDescription {
  const dtypes = new Map<DType, number>();
  let values = 0;
  let bytes = 0;
  for (const { dtype, shape } of file.tensors) {
    dtypes.set(dtype, (dtypes.get(dtype) ?? 0) + 1);
    values += sizeOf(shape);
    bytes += sizeOf(shape) * bytesPerElement(dtype);
  }
  const { name, format, tensors, metadata } = file;
  return {
    name,
    format,
    dialect: detectDialect(tensors.map((tensor) => tensor.name)),
    tensors,
    values,
    bytes,
    dtypes,
    metadata,
  };
}

/** Of the finite values of a tensor, in float64; `nan` and `infinite` count the others. */
export interface TensorStatistics {
  readonly count: number;
  readonly nan: number;
  readonly infinite: number;
  readonly zero: number;
  /** Undefined, as those below, where no value is finite. */
  readonly min: number | undefined;
  readonly max: number | undefined;
  readonly mean: number | undefined;
  /** Of the population: divided by the number of finite values. */
  readonly std: number | undefined;
}

/** Reads one tensor of a file and no other. WeightsError `no-such-tensor`, or what reading throws. */
export async function tensorStatistics(file: WeightFile, name: string): Promise<TensorStatistics> {
  return statisticsOf(file.view?.(name) ?? (await file.read(name)));
}

/** The statistics of a tensor that is there. */
export function statisticsOf(tensor: HostTensor): TensorStatistics {
  const data = numbersOf(tensor);
  let [nan, infinite, zero, sum] = [0, 0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (Number.isFinite(value)) {
      sum += value;
      if (value === 0) zero++;
      if (value < min) min = value;
      if (value > max) max = value;
    } else if (Number.isNaN(value)) nan++;
    else infinite++;
  }
  const count = data.length;
  const finite = count - nan - infinite;
  const counts = { count, nan, infinite, zero };
  if (finite === 0) return { ...counts, min: undefined, max: undefined, mean: undefined, std: undefined };
  const mean = sum / finite;
  // A second pass: the difference of two large sums would lose a small deviation.
  let squares = 0;
  for (let i = 0; i < data.length; i++) {
    const value = Number(data[i]);
    if (Number.isFinite(value)) squares += (value - mean) ** 2;
  }
  return { ...counts, min, max, mean, std: Math.sqrt(squares / finite) };
}

/** As numbers where the array has bits. Integers of 64 bits are made numbers one by one. */
function numbersOf({ dtype, data }: HostTensor): ArrayLike<number | bigint> {
  if (dtype === 'float16') return fromFloat16(data);
  return dtype === 'bfloat16' ? fromBfloat16(data) : data;
}
