import type * as H5wasm from 'h5wasm';
import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';
import { isEndlessHeap } from './global-heap.js';

type Library = typeof H5wasm;
type Module = Awaited<Library['ready']>;
type Metadata = ReturnType<Module['get_dataset_metadata']>;

/** What is needed of Emscripten's file system, which h5wasm types only in part. */
interface FileNode {
  stream_ops: Record<string, unknown>;
}
interface FileSystem {
  writeFile(path: string, data: Uint8Array): void;
  lookupPath(path: string): { readonly node: FileNode };
  unlink(path: string): void;
}

/** Keras splits what is over 64 KB; text of any length, as a model's configuration, lies elsewhere and does not count. */
const MAX_ATTRIBUTE_BYTES = 1 << 20;

let opened = 0;

/**
 * An HDF5 file, read by the HDF5 library compiled to wasm (`h5wasm`, loaded when first needed). It sees the one file and
 * no other: external links and virtual datasets lead nowhere.
 */
export class Hdf5File {
  readonly #library: Library;
  readonly #module: Module;
  readonly #file: H5wasm.File;
  readonly #release: () => void;

  private constructor(library: Library, module: Module, path: string, release: () => void) {
    this.#library = library;
    this.#module = module;
    this.#release = release;
    this.#file = this.#guard(() => new library.File(path, 'r'));
  }

  /** WeightsError `reader-unavailable` without h5wasm; whatever HDF5 has to say against the file is thrown as it is. */
  static async open(source: ByteSource): Promise<Hdf5File> {
    const library = await load();
    const module = await library.ready;
    const readSync = source.readSync?.bind(source) ?? (await allOf(source));
    const path = `/convzoo-${opened++}.h5`;
    const release = expose(module.FS as unknown as FileSystem, path, source.size, readSync);
    try {
      return new Hdf5File(library, module, path, release);
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Names of a group's or dataset's attributes. */
  attributeNames(path: string): readonly string[] {
    return this.#guard(() => this.#module.get_attribute_names(this.#file.file_id, path));
  }

  /** The strings of an attribute, one or many; undefined if there is none of that name or it holds none. */
  strings(path: string, name: string): readonly string[] | undefined {
    if (!this.attributeNames(path).includes(name)) return undefined;
    const attribute = this.#guard(() => new this.#library.Attribute(this.#file.file_id, path, name));
    const bytes = attribute.metadata.size * attribute.metadata.total_size;
    if (!(bytes <= MAX_ATTRIBUTE_BYTES)) {
      throw new WeightsError('too-large', `The attribute "${name}" of ${path} claims ${bytes} bytes; it is damaged.`);
    }
    const value = this.#guard(() => attribute.json_value);
    const values = Array.isArray(value) ? value.flat(8) : [value];
    return values.every((text) => typeof text === 'string') ? values : undefined;
  }

  hasGroup(path: string): boolean {
    return this.#guard(() => this.#file.get(path)) instanceof this.#library.Group;
  }

  /** Element type and shape of a dataset; undefined if there is none at that path. */
  dataset(path: string): Metadata | undefined {
    const entity = this.#guard(() => this.#file.get(path));
    return entity instanceof this.#library.Dataset ? this.#guard(() => entity.metadata) : undefined;
  }

  /** Bytes of a dataset's values, little-endian and row major, decompressed. */
  bytes(path: string, length: number): Uint8Array<ArrayBuffer> {
    const module = this.#module;
    if (length === 0) return new Uint8Array(0);
    const pointer = length <= module.MAXIMUM_MEMORY ? module._malloc(length) : 0;
    if (pointer === 0) {
      throw new WeightsError(
        'too-large',
        `"${path}" has ${length} bytes, more than can be read at once (${module.MAXIMUM_MEMORY}).`,
      );
    }
    try {
      // Not `dataset.value`: it has no float16, and returns whatever was in memory when reading fails.
      const status = this.#guard(() =>
        module.get_dataset_data(this.#file.file_id, path, null, null, null, BigInt(pointer)),
      );
      if (status < 0) throw new Error(`H5Dread failed for ${path}`);
      return module.HEAPU8.slice(pointer, pointer + length) as Uint8Array<ArrayBuffer>;
    } finally {
      module._free(pointer);
    }
  }

  close(): void {
    try {
      this.#guard(() => this.#file.close());
    } finally {
      this.#release();
    }
  }

  /** HDF5 prints its errors unless told to throw them. The library may be shared with others, so only while it is used. */
  #guard<T>(use: () => T): T {
    this.#module.activate_throwing_error_handler();
    try {
      return use();
    } finally {
      this.#module.deactivate_throwing_error_handler();
    }
  }
}

async function load(): Promise<Library> {
  try {
    return await import('h5wasm');
  } catch (cause) {
    throw new WeightsError(
      'reader-unavailable',
      'HDF5 files need the package h5wasm, which could not be loaded; install it.',
      { cause },
    );
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
    fs.unlink(path);
  };
}
