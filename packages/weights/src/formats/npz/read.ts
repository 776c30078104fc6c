import { type Archive, openArchive } from '../../archive/archive.js';
import type { ZipEntry } from '../../archive/directory.js';
import type { ByteSource } from '../../byte-source.js';
import { noSuchTensor, type TensorInfo, type WeightFile } from '../../weight-file.js';
import { toTensor } from './array.js';
import { HEADER_READ, type NpyHeader, parseNpyHeader } from './header.js';

/** Bytes of an array that are read for its header at first; NumPy pads short ones to 64 or 128. */
const FIRST_READ = 512;

interface Entry {
  readonly info: TensorInfo;
  readonly header: NpyHeader;
  readonly zipped: ZipEntry;
}

/**
 * Opens what `numpy.savez` or `savez_compressed` wrote: a zip archive of `.npy` arrays, named as in NumPy, without the
 * ending. Reads the directory and each array's header. Arrays of Python objects are refused (`unsafe-pickle`); entries that
 * are no `.npy` are listed in the metadata as `skipped`.
 *
 * Throws WeightsError `truncated`, `bad-header`, `bad-offsets`, `bad-shape`, `duplicate-name`, `too-large`,
 * `unknown-dtype` or `unsafe-pickle`.
 */
export async function openNpz(source: ByteSource): Promise<WeightFile> {
  const archive = await openArchive(source);
  const entries = new Map<string, Entry>();
  const skipped: string[] = [];
  for (const zipped of archive.entries.values()) {
    if (!zipped.name.endsWith('.npy')) {
      skipped.push(zipped.name);
      continue;
    }
    const name = zipped.name.slice(0, -'.npy'.length);
    const header = await readHeader(archive, zipped);
    entries.set(name, { info: { name, dtype: header.dtype, shape: header.shape }, header, zipped });
  }
  return {
    format: 'npz',
    name: source.name,
    tensors: [...entries.values()].map(({ info }) => info),
    metadata: new Map(skipped.length === 0 ? [] : [['skipped', skipped.join(', ')]]),
    async read(name) {
      const { header, zipped } = entries.get(name) ?? noSuchTensor(source.name, name);
      const bytes = await archive.read(zipped);
      return toTensor(header, bytes.subarray(header.start));
    },
    async close() {
      await source.close?.();
    },
  };
}

async function readHeader(archive: Archive, entry: ZipEntry): Promise<NpyHeader> {
  const label = `"${entry.name.slice(0, 200)}" in ${archive.source.name}`;
  const start = await archive.start(entry, FIRST_READ);
  const whole = start.length < FIRST_READ || headerEnd(start) <= FIRST_READ;
  return parseNpyHeader(whole ? start : await archive.start(entry, HEADER_READ), entry.size, label);
}

/** By version 1 or 2; the parser tells which it is. */
const headerEnd = (start: Uint8Array): number => {
  const view = new DataView(start.buffer, start.byteOffset);
  return start[6] === 1 ? 10 + view.getUint16(8, true) : 12 + view.getUint32(8, true);
};

/** Opens a single array that `numpy.save` wrote. It has no name, so it is called `arr_0`, as `savez` would. */
export async function openNpy(source: ByteSource): Promise<WeightFile> {
  const header = parseNpyHeader(await source.read(0, Math.min(HEADER_READ, source.size)), source.size, source.name);
  const info = { name: 'arr_0', dtype: header.dtype, shape: header.shape };
  return {
    format: 'npy',
    name: source.name,
    tensors: [info],
    metadata: new Map(),
    async read(name) {
      if (name !== info.name) noSuchTensor(source.name, name);
      return toTensor(header, await source.read(header.start, header.byteLength));
    },
    async close() {
      await source.close?.();
    },
  };
}
