import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { MAX_PICKLE_BYTES, type ReadCheckpoint } from './checkpoint.js';
import { type TorchValue, torchGlobals } from './globals.js';
import { NeedMoreBytes } from './pickle/reader.js';
import { MAX_OPCODES, type PickleUser, unpickle } from './pickle/unpickle.js';
import { Made, PickleDict, PickleList, type PickleValue } from './pickle/values.js';
import { Storage, type TorchTensor } from './tensor.js';

/** torch/serialization.py, `MAGIC_NUMBER` and `PROTOCOL_VERSION`. */
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;
const PROTOCOL_VERSION = 1001;

/** Bytes that are read at first; the pickle of a small network lies in them whole. */
const FIRST_READ = 65_536;

/**
 * Reads what torch wrote before 1.6: pickles of a magic number, a version, facts of the machine, the value, and the list
 * of storage keys; then each storage, as its number of elements in 8 bytes and the elements.
 */
export const readLegacy: ReadCheckpoint = async (source) => {
  const storages = new Map<string, Storage>();
  const { value, keys, end } = await readPickles(source, recording(storages));
  const places = await placeStorages(source, keys, storages, end);
  return {
    value,
    async read(storage, start, length) {
      const place = places.get(storage.key);
      if (place === undefined) return lacking(source, storage.key);
      return source.read(place + start, length);
    },
  };
};

/** Notes every storage that is referred to. */
function recording(storages: Map<string, Storage>): PickleUser<Storage | TorchTensor> {
  return {
    ...torchGlobals,
    persistent(id) {
      const made = torchGlobals.persistent(id);
      if (!(made instanceof Made) || !(made.value instanceof Storage)) return undefined;
      const known = storages.get(made.value.key);
      if (known !== undefined && (known.dtype !== made.value.dtype || known.elements !== made.value.elements)) {
        throw new WeightsError('bad-header', `The pickle describes storage "${known.key}" in two ways; it is damaged.`);
      }
      storages.set(made.value.key, made.value);
      return made;
    },
  };
}

interface Pickles {
  readonly value: TorchValue;
  readonly keys: readonly string[];
  readonly end: number;
}

/** Where the pickles end is known only after reading them, so they are tried with ever more bytes. */
async function readPickles(source: ByteSource, user: PickleUser<Storage | TorchTensor>): Promise<Pickles> {
  const most = Math.min(source.size, MAX_PICKLE_BYTES);
  for (let length = Math.min(FIRST_READ, most); ; length = Math.min(4 * length, most)) {
    try {
      return parsePickles(await source.read(0, length), source, user);
    } catch (error) {
      if (!(error instanceof NeedMoreBytes)) throw error;
      if (length < most) continue;
      if (most === source.size) {
        throw new WeightsError('truncated', `${source.name} ends within its pickle; fetch it again.`);
      }
      throw new WeightsError(
        'too-large',
        `${source.name}: its pickle does not end within ${MAX_PICKLE_BYTES} bytes. Save model.state_dict() alone.`,
      );
    }
  }
}

function parsePickles(bytes: Uint8Array, source: ByteSource, user: PickleUser<Storage | TorchTensor>): Pickles {
  let end = 0;
  let left = MAX_OPCODES;
  const next = (): TorchValue => {
    const { value, length, opcodes } = unpickle(bytes.subarray(end), user, left);
    end += length;
    left -= opcodes;
    return value;
  };
  if (next() !== MAGIC_NUMBER) {
    throw new WeightsError(
      'bad-header',
      `${source.name} is a Python pickle, but torch.save did not write it. Save the state dict with torch.save or as safetensors.`,
    );
  }
  const version = next();
  if (version !== PROTOCOL_VERSION) {
    throw new WeightsError('bad-header', `${source.name} is of torch's protocol ${String(version)}; 1001 is read.`);
  }
  const system = next();
  if (system instanceof PickleDict && system.entries.get('little_endian') === false) {
    throw new WeightsError('bad-header', `${source.name} was written on a machine of big byte order.`);
  }
  const value = next();
  const keys = next();
  if (!(keys instanceof PickleList) || !keys.items.every(isText)) {
    throw new WeightsError('bad-header', `${source.name} has no list of storages; the file is damaged.`);
  }
  return { value, keys: keys.items.filter(isText), end };
}

const isText = (value: PickleValue<Storage | TorchTensor>): value is string => typeof value === 'string';

/** Position of the first element of each storage. */
async function placeStorages(
  source: ByteSource,
  keys: readonly string[],
  storages: ReadonlyMap<string, Storage>,
  start: number,
): Promise<ReadonlyMap<string, number>> {
  const places = new Map<string, number>();
  let at = start;
  for (const key of keys) {
    const storage = storages.get(key);
    if (storage === undefined || places.has(key)) return lacking(source, key);
    const count = new DataView((await source.read(at, 8)).buffer).getBigInt64(0, true);
    if (count !== BigInt(storage.elements)) {
      throw new WeightsError(
        'bad-offsets',
        `${source.name}: storage "${key}" has ${count} elements, but its pickle says ${storage.elements}; the file is damaged.`,
      );
    }
    places.set(key, at + 8);
    at += 8 + storage.elements * storage.elementBytes;
    if (!(at <= source.size)) {
      throw new WeightsError(
        'truncated',
        `${source.name} ends at ${source.size}, within storage "${key}" that ends at ${at}; fetch it again.`,
      );
    }
  }
  return places;
}

function lacking(source: ByteSource, key: string): never {
  throw new WeightsError(
    'bad-header',
    `${source.name}: storage "${key.slice(0, 200)}" is not there; the file is damaged.`,
  );
}
