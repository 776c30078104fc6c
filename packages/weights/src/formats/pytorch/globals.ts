import type { DType } from '@convzoo/layers';
import type { PickleUser } from './pickle/unpickle.js';
import { GlobalName, Made, PickleDict, PickleList, PickleTuple, type PickleValue } from './pickle/values.js';
import { asTensor, rebuild, Storage, type TorchTensor } from './tensor.js';

export type TorchValue = PickleValue<Storage | TorchTensor>;

/** Element types of torch's storages; those without one here (complex, quantised) are known, and refused by name later. */
const STORAGES: Readonly<Record<string, DType | undefined>> = {
  DoubleStorage: 'float64',
  FloatStorage: 'float32',
  HalfStorage: 'float16',
  BFloat16Storage: 'bfloat16',
  LongStorage: 'int64',
  IntStorage: 'int32',
  ShortStorage: 'int16',
  CharStorage: 'int8',
  ByteStorage: 'uint8',
  BoolStorage: 'bool',
  ComplexFloatStorage: undefined,
  ComplexDoubleStorage: undefined,
};

/** Of `torch.uint16` and the like, which `_rebuild_tensor_v3` gives; they are also plain values of a checkpoint. */
const DTYPES: Readonly<Record<string, DType | undefined>> = {
  float64: 'float64',
  float32: 'float32',
  float16: 'float16',
  bfloat16: 'bfloat16',
  int64: 'int64',
  int32: 'int32',
  int16: 'int16',
  int8: 'int8',
  uint64: 'uint64',
  uint32: 'uint32',
  uint16: 'uint16',
  uint8: 'uint8',
  bool: 'bool',
  complex64: undefined,
  complex128: undefined,
  float8_e4m3fn: undefined,
  float8_e5m2: undefined,
};

/** `FloatStorage` of `torch.FloatStorage` and of `torch.cuda.FloatStorage`. */
const STORAGE_NAME = /^torch\.(?:cuda\.)?(\w+Storage)$/;
const DTYPE_NAME = /^torch\.(\w+)$/;

const UNTYPED = new Set(['torch.UntypedStorage', 'torch.storage.UntypedStorage']);

const isStorage = (name: string): boolean =>
  UNTYPED.has(name) || Object.hasOwn(STORAGES, STORAGE_NAME.exec(name)?.[1] ?? '');
const isDtype = (name: string): boolean => Object.hasOwn(DTYPES, DTYPE_NAME.exec(name)?.[1] ?? '');

type Args = readonly TorchValue[];

/** Every function and class that a file may call, and what is made of it here. There are no others. */
const CALLS: Readonly<Record<string, (args: Args) => TorchValue | undefined>> = {
  'collections.OrderedDict': orderedDict,
  'torch._utils._rebuild_tensor': rebuildTensor,
  'torch._utils._rebuild_tensor_v2': rebuildTensor,
  'torch._utils._rebuild_tensor_v3': (args) => {
    const [dtype] = args.slice(6);
    if (!(dtype instanceof GlobalName) || !isDtype(dtype.name)) return undefined;
    return rebuildTensor(args, DTYPES[DTYPE_NAME.exec(dtype.name)?.[1] ?? ''] ?? dtype.name);
  },
  'torch._utils._rebuild_parameter': ([data]) => asTensor(data),
  'torch._utils._rebuild_parameter_with_state': ([data]) => asTensor(data),
  'torch.Size': ([size]) => (size instanceof PickleTuple ? size : undefined),
  'torch.device': ([type]) => (typeof type === 'string' ? type : undefined),
  // How Python 3 writes bytes in protocol 2.
  '_codecs.encode': ([text]) => (typeof text === 'string' ? latin1(text) : undefined),
};

export const torchGlobals: PickleUser<Storage | TorchTensor> = {
  knows: (name) => Object.hasOwn(CALLS, name) || isStorage(name) || isDtype(name),
  call: (name, args) => (Object.hasOwn(CALLS, name) ? CALLS[name]?.(args) : undefined),
  persistent,
};

function orderedDict([items]: Args): TorchValue | undefined {
  const dict = new PickleDict<Storage | TorchTensor>();
  if (items === undefined) return dict;
  // Old ones are made of a list of pairs.
  if (!(items instanceof PickleList)) return undefined;
  for (const pair of items.items) {
    const [key, value] = pair instanceof PickleTuple || pair instanceof PickleList ? pair.items : [];
    if (key === undefined || value === undefined) return undefined;
    dict.entries.set(key, value);
  }
  return dict;
}

function rebuildTensor([storage, offset, size, stride]: Args, dtype?: DType | string): TorchValue | undefined {
  if (!(storage instanceof Made) || !(storage.value instanceof Storage)) return undefined;
  const [shape, strides] = [wholeNumbers(size), wholeNumbers(stride)];
  if (typeof offset !== 'number' || shape === undefined || strides === undefined) return undefined;
  return new Made(rebuild(storage.value, offset, shape, strides, dtype));
}

function wholeNumbers(tuple: TorchValue | undefined): readonly number[] | undefined {
  if (!(tuple instanceof PickleTuple)) return undefined;
  const { items } = tuple;
  return items.every((item): item is number => typeof item === 'number') ? items : undefined;
}

/** `('storage', torch.FloatStorage, key, location, elements)`; old files have a part of a storage after them. */
function persistent(id: TorchValue): TorchValue | undefined {
  if (!(id instanceof PickleTuple)) return undefined;
  const [kind, type, key, , elements, view] = id.items;
  if (kind !== 'storage' || !(type instanceof GlobalName) || !isStorage(type.name)) return undefined;
  if (typeof key !== 'string' || typeof elements !== 'number' || !Number.isSafeInteger(elements) || elements < 0)
    return undefined;
  const dtype = UNTYPED.has(type.name) ? 'uint8' : (STORAGES[STORAGE_NAME.exec(type.name)?.[1] ?? ''] ?? type.name);
  if (view === undefined || view === null) return new Made(new Storage(key, dtype, elements, 0));
  const offset = view instanceof PickleTuple ? view.items[1] : undefined;
  return typeof offset === 'number' && Number.isSafeInteger(offset) && offset >= 0
    ? new Made(new Storage(key, dtype, elements, offset))
    : undefined;
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (char) => char.charCodeAt(0));
