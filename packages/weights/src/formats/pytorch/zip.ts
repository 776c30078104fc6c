import { type Archive, openArchive } from '../../archive/archive.js';
import type { ZipEntry } from '../../archive/directory.js';
import { WeightsError } from '../../errors.js';
import { MAX_PICKLE_BYTES, type ReadCheckpoint } from './checkpoint.js';
import { torchGlobals } from './globals.js';
import { NeedMoreBytes } from './pickle/reader.js';
import { unpickle } from './pickle/unpickle.js';
import type { Storage } from './tensor.js';

/** Reads `NAME/data.pkl` of an archive that torch 1.6 or later wrote; storages are its `NAME/data/KEY`. */
export const readZip: ReadCheckpoint = async (source) => {
  const archive = await openArchive(source);
  const prefix = prefixOf(archive);
  const pickle = entryOf(archive, `${prefix}data.pkl`);
  if (archive.entries.has(`${prefix}constants.pkl`)) {
    throw new WeightsError(
      'unsafe-pickle',
      `${source.name} is a TorchScript program, not weights. Load it in Python with torch.jit.load and save its state_dict().`,
    );
  }
  if (pickle.size > MAX_PICKLE_BYTES) {
    throw new WeightsError(
      'too-large',
      `${source.name}: its pickle has ${pickle.size} bytes; up to ${MAX_PICKLE_BYTES} are read. Save model.state_dict() alone.`,
    );
  }
  await checkByteOrder(archive, prefix);
  // No checksums, as in torch: it can be told not to compute them, and writes others.
  const { value } = complete(source.name, await archive.read(pickle, { checksum: false }));
  return {
    value,
    async read(storage, start, length) {
      const entry = storageEntry(archive, prefix, storage);
      if (entry.method === 0) return source.read((await archive.locate(entry)) + start, length);
      return (await archive.read(entry)).subarray(start, start + length);
    },
  };
};

function complete(name: string, bytes: Uint8Array) {
  try {
    return unpickle(bytes, torchGlobals);
  } catch (error) {
    if (!(error instanceof NeedMoreBytes)) throw error;
    throw new WeightsError('truncated', `${name}: its pickle ends too early; the file is damaged.`);
  }
}

function prefixOf({ entries, source }: Archive): string {
  for (const name of entries.keys()) if (/^[^/]*\/data\.pkl$/.test(name)) return name.slice(0, -'data.pkl'.length);
  throw new WeightsError('bad-header', `${source.name} is a zip archive without data.pkl; torch did not write it.`);
}

function entryOf({ entries, source }: Archive, name: string): ZipEntry {
  const entry = entries.get(name);
  if (entry !== undefined) return entry;
  throw new WeightsError('bad-header', `${source.name} has no "${name.slice(0, 200)}"; the file is damaged.`);
}

function storageEntry(archive: Archive, prefix: string, storage: Storage): ZipEntry {
  const entry = entryOf(archive, `${prefix}data/${storage.key}`);
  const bytes = storage.elements * storage.elementBytes;
  if (entry.size === bytes) return entry;
  throw new WeightsError(
    'bad-offsets',
    `${archive.source.name}: storage "${storage.key}" has ${entry.size} bytes, but its pickle says ${bytes}; the file is damaged.`,
  );
}

async function checkByteOrder(archive: Archive, prefix: string): Promise<void> {
  const entry = archive.entries.get(`${prefix}byteorder`);
  if (entry === undefined) return;
  const order = new TextDecoder().decode(await archive.start(entry, 16));
  if (order === 'little') return;
  throw new WeightsError('bad-header', `${archive.source.name} was written on a machine of ${order} byte order.`);
}
