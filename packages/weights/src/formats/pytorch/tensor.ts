import { type DType, formatShape, type HostTensor, type Shape } from '@convzoo/layers';
import { WeightsError } from '../../errors.js';
import { gather } from '../../gather.js';
import { MAX_RANK } from '../../limits.js';
import { bytesPerElement, tensorOver } from '../../tensor-bytes.js';
import { Made, type PickleValue } from './pickle/values.js';

/** Bytes per element of what has no element type here. */
const OTHER_BYTES: Readonly<Record<string, number>> = {
  'torch.ComplexFloatStorage': 8,
  'torch.ComplexDoubleStorage': 16,
};

/** A run of numbers that tensors look at, somewhere in the file. */
export class Storage {
  readonly key: string;
  /** torch's name where there is no such element type here. */
  readonly dtype: DType | string;
  /** Elements of the whole storage. */
  readonly elements: number;
  /** Element that it starts at, where old files give a part of a storage. */
  readonly offset: number;

  constructor(key: string, dtype: DType | string, elements: number, offset: number) {
    this.key = key;
    this.dtype = dtype;
    this.elements = elements;
    this.offset = offset;
  }

  get elementBytes(): number {
    return OTHER_BYTES[this.dtype] ?? (isDType(this.dtype) ? bytesPerElement(this.dtype) : 1);
  }
}

/** A view of a storage. */
export interface TorchTensor {
  readonly storage: Storage;
  readonly dtype: DType | string;
  readonly shape: Shape;
  /** Bytes of the storage from the tensor's first element to after its last. */
  readonly start: number;
  readonly length: number;
  /** In elements. */
  readonly strides: readonly number[];
}

const KNOWN: ReadonlySet<string> = new Set<DType>([
  'float64',
  'float32',
  'float16',
  'bfloat16',
  'int64',
  'int32',
  'int16',
  'int8',
  'uint64',
  'uint32',
  'uint16',
  'uint8',
  'bool',
]);
export const isDType = (name: string): name is DType => KNOWN.has(name);

export const isTensor = (value: PickleValue<Storage | TorchTensor> | undefined): value is Made<TorchTensor> =>
  value instanceof Made && !(value.value instanceof Storage);

export const asTensor = (value: PickleValue<Storage | TorchTensor> | undefined): Made<TorchTensor> | undefined =>
  isTensor(value) ? value : undefined;

/** The view that `_rebuild_tensor_v2` makes, checked against its storage. `dtype` is given for untyped storages. */
export function rebuild(
  storage: Storage,
  offset: number,
  shape: Shape,
  strides: readonly number[],
  dtype: DType | string = storage.dtype,
): TorchTensor {
  const whole = [offset, ...shape, ...strides].every((n) => Number.isSafeInteger(n) && n >= 0);
  if (!whole || shape.length !== strides.length || shape.length > MAX_RANK) {
    throw new WeightsError(
      'bad-shape',
      `A tensor of storage "${storage.key}" has shape ${formatShape(shape)}, strides ${formatShape(strides)} and offset ${offset}; the file is damaged.`,
    );
  }
  // An untyped storage counts bytes, a typed one elements.
  const elementBytes = dtype === storage.dtype ? storage.elementBytes : isDType(dtype) ? bytesPerElement(dtype) : 1;
  const empty = shape.includes(0);
  // As BigInt, so that a product beyond 2^53 is not rounded into a plausible one.
  const span = empty ? 0n : shape.reduce((sum, extent, i) => sum + BigInt(extent - 1) * BigInt(strides[i] ?? 0), 1n);
  const start = BigInt(elementBytes) * BigInt(offset) + BigInt(storage.elementBytes) * BigInt(storage.offset);
  const end = start + span * BigInt(elementBytes);
  if (!empty && end > BigInt(storage.elements) * BigInt(storage.elementBytes)) {
    throw new WeightsError(
      'bad-offsets',
      `A tensor of ${formatShape(shape)} with strides ${formatShape(strides)} from ${offset} goes beyond the ${storage.elements} elements of its storage "${storage.key}".`,
    );
  }
  return { storage, dtype, shape, start: empty ? 0 : Number(start), length: Number(end - start), strides };
}

/** The tensor in row-major order, out of the bytes that its view spans. */
export function materialise({ shape, strides }: TorchTensor, dtype: DType, bytes: Uint8Array<ArrayBuffer>): HostTensor {
  if (isContiguous(shape, strides)) return tensorOver(dtype, shape, bytes);
  return tensorOver(dtype, shape, gather(bytes, bytesPerElement(dtype), shape, strides));
}

function isContiguous(shape: Shape, strides: readonly number[]): boolean {
  let expected = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    const extent = shape[i] as number;
    if (extent === 0) return true;
    // The stride of an axis of one element is of no account.
    if (extent !== 1 && strides[i] !== expected) return false;
    expected *= extent;
  }
  return true;
}
