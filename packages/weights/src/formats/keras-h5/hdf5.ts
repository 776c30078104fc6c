import type { Dataset, File } from 'h5wasm';
import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { isEndlessHeap } from './global-heap.js';
import { type FileSystem, type Instance, instance } from './library.js';

type Metadata = Dataset['metadata'];

/** Keras splits what is over 64 KB; text of any length, as a model's configuration, lies elsewhere and does not count. */
const MAX_ATTRIBUTE_BYTES = 1 << 20;

/**
 * Memory that HDF5 may use beside twice the size of the file: it starts with 19 MB and has caches of a few more; a tensor
 * is in it once, or twice while it is decompressed.
 */
const BASE_MEMORY = 64 * 2 ** 20;

let opened = 0;

/**
 * An HDF5 file, read by the HDF5 library compiled to wasm (`h5wasm`, loaded when first needed). It sees the one file and
 * no other: external links and virtual datasets lead nowhere.
 */
export class Hdf5File {
  readonly #instance: Instance;
  readonly #file: File;
  readonly #release: () => void;
  readonly #maxMemory: number;

  private constructor(hdf5: Instance, path: string, maxMemory: number, release: () => void) {
    this.#instance = hdf5;
    this.#maxMemory = maxMemory;
    this.#file = hdf5.run(maxMemory, () => new hdf5.library.File(path, 'r'));
    this.#release = release;
  }

  /** WeightsError `reader-unavailable` without h5wasm; whatever HDF5 has to say against the file is thrown as it is. */
  static async open(source: ByteSource): Promise<Hdf5File> {
    const readSync = source.readSync?.bind(source) ?? (await allOf(source));
    const hdf5 = await instance();
    const path = `/convzoo-${opened++}.h5`;
    const release = expose(hdf5.files, path, source.size, readSync);
    try {
      return new Hdf5File(hdf5, path, BASE_MEMORY + 2 * source.size, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Names of a group's or dataset's attributes. */
  attributeNames(path: string): readonly string[] {
    return this.#run(() => this.#instance.module.get_attribute_names(this.#file.file_id, path));
  }

  /** The strings of an attribute, one or many; undefined if there is none of that name or it holds none. */
  strings(path: string, name: string): readonly string[] | undefined {
    if (!this.attributeNames(path).includes(name)) return undefined;
    const attribute = this.#run(() => new this.#instance.library.Attribute(this.#file.file_id, path, name));
    const bytes = attribute.metadata.size * attribute.metadata.total_size;
    if (!(bytes <= MAX_ATTRIBUTE_BYTES)) {
      throw new WeightsError('too-large', `The attribute "${name}" of ${path} claims ${bytes} bytes; it is damaged.`);
    }
    const value = this.#run(() => attribute.json_value);
    const values = Array.isArray(value) ? value.flat(8) : [value];
    return values.every((text) => typeof text === 'string') ? values : undefined;
  }

  /** Names in a group, in HDF5's order (alphabetical unless asked otherwise); none if there is no such group. */
  keys(path: string): readonly string[] {
    return this.#run(() => {
      const entity = this.#file.get(path);
      return entity instanceof this.#instance.library.Group ? entity.keys() : [];
    });
  }

  hasGroup(path: string): boolean {
    return this.#run(() => this.#file.get(path)) instanceof this.#instance.library.Group;
  }

  /** Element type and shape of a dataset; undefined if there is none at that path. */
  dataset(path: string): Metadata | undefined {
    const entity = this.#run(() => this.#file.get(path));
    return entity instanceof this.#instance.library.Dataset ? this.#run(() => entity.metadata) : undefined;
  }

  /** Bytes of a dataset's values, little-endian and row major, decompressed. */
  bytes(path: string, length: number): Uint8Array<ArrayBuffer> {
    if (length === 0) return new Uint8Array(0);
    const { module } = this.#instance;
    return this.#run(() => {
      const pointer = length <= module.MAXIMUM_MEMORY ? module._malloc(length) : 0;
      if (pointer === 0) {
        const limit = module.MAXIMUM_MEMORY;
        throw new WeightsError(
          'too-large',
          `"${path}" has ${length} bytes; HDF5 in wasm has no room for more than ${limit}.`,
        );
      }
      try {
        // Not `dataset.value`: it has no float16, and returns whatever was in memory when reading fails.
        const status = module.get_dataset_data(this.#file.file_id, path, null, null, null, BigInt(pointer));
        if (status < 0) throw new Error(`H5Dread failed for ${path}`);
        return module.HEAPU8.slice(pointer, pointer + length) as Uint8Array<ArrayBuffer>;
      } finally {
        module._free(pointer);
      }
    });
  }

  /** Never throws: a file that could not be read need not close either. */
  close(): void {
    try {
      this.#run(() => this.#file.close());
    } catch {
      // The bytes are let go below whatever HDF5 still holds.
    }
    this.#release();
  }

  #run<T>(use: () => T): T {
    return this.#instance.run(this.#maxMemory, use);
  }
}

/** A source that cannot be read at once is read whole: HDF5 seeks as it likes and cannot wait. */
async function allOf(source: ByteSource): Promise<(offset: number, length: number) => Uint8Array> {
  const bytes = await source.read(0, source.size);
  return (offset, length) => bytes.subarray(offset, offset + length);
}

/** Puts a file into Emscripten's file system whose bytes are asked for as they are read. Returns what takes it out again. */
function expose(
  fs: FileSystem,
  path: string,
  size: number,
  readSync: (offset: number, length: number) => Uint8Array,
): () => void {
  // Forgotten on release, since a file that HDF5 failed on may stay open there.
  let reader: typeof readSync | undefined = readSync;
  fs.writeFile(path, new Uint8Array(0));
  const { node } = fs.lookupPath(path);
  Object.defineProperty(node, 'usedBytes', { get: () => size });
  node.stream_ops = {
    ...node.stream_ops,
    read(_stream: unknown, buffer: Int8Array, offset: number, length: number, position: number): number {
      const count = Math.max(0, Math.min(length, size - position));
      if (reader === undefined || count === 0) return 0;
      const bytes = reader(position, count);
      // Zeros instead: HDF5 then misses the signature and says so.
      buffer.set(isEndlessHeap(bytes, position, size, reader) ? new Uint8Array(count) : bytes, offset);
      return count;
    },
  };
  return () => {
    reader = undefined;
    // What HDF5 did not close after an error; Emscripten has room for 4096.
    for (const stream of fs.streams) if (stream?.node === node) fs.close(stream);
    fs.unlink(path);
  };
}
