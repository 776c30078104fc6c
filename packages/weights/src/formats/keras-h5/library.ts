import type * as H5wasm from 'h5wasm';
import { WeightsError } from '../../errors.js';
import { withMemoryLimit } from './memory-limit.js';

export type Library = typeof H5wasm;
export type Module = Awaited<Library['ready']>;

/**
 * Most times that a crashed library is loaded anew. A module that was imported cannot be unloaded, and each holds some
 * 20 MB, so files made to crash it must not fill the memory.
 */
const MAX_RELOADS = 16;

/** What is needed of Emscripten's file system, which h5wasm types only in part. */
export interface FileSystem {
  readonly streams: readonly (FileStream | null | undefined)[];
  close(stream: FileStream): void;
  writeFile(path: string, data: Uint8Array): void;
  lookupPath(path: string): { readonly node: FileNode };
  unlink(path: string): void;
}
interface FileStream {
  readonly path: string;
  readonly node: FileNode;
}
interface FileNode {
  stream_ops: Record<string, unknown>;
}

/** One instance of HDF5 in wasm. Damaged files can crash it (about one mutation in two thousand); it is useless then. */
export class Instance {
  readonly library: Library;
  readonly module: Module;
  readonly files: FileSystem;
  #crashed = false;

  constructor(library: Library, module: Module) {
    this.library = library;
    this.module = module;
    this.files = module.FS as unknown as FileSystem;
  }

  /**
   * Runs `use` with HDF5's errors thrown. It prints them by default, and others may use the same instance, so it throws
   * only while it is used here. `maxBytes` limits the memory of the instance meanwhile.
   */
  run<T>(maxBytes: number, use: () => T): T {
    if (this.#crashed) {
      throw new WeightsError('reader-unavailable', 'The HDF5 library crashed on another file; open this one again.');
    }
    try {
      this.module.activate_throwing_error_handler();
      const result = withMemoryLimit(maxBytes, use);
      this.module.deactivate_throwing_error_handler();
      return result;
    } catch (error) {
      if (isTrap(error)) this.#crash();
      else this.#recover();
      throw error;
    }
  }

  #recover(): void {
    this.module.deactivate_throwing_error_handler();
    // The error's text came through a temporary file that throwing left open; Emscripten has room for 4096.
    for (const stream of this.files.streams) if (stream?.path.startsWith('/tmp/tmpfile_')) this.files.close(stream);
  }

  #crash(): void {
    this.#crashed = true;
    current = undefined;
    loads++;
  }
}

/** A trap of wasm: memory out of bounds, a stack overflow, or `abort()`. Nothing is known of its memory afterwards. */
const isTrap = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'RuntimeError' || error instanceof RangeError);

let current: Promise<Instance> | undefined;
let loads = 0;

/** The instance in use, loaded when first asked for and after a crash. WeightsError `reader-unavailable`. */
export function instance(): Promise<Instance> {
  current ??= load();
  return current;
}

async function load(): Promise<Instance> {
  try {
    const library = loads === 0 ? await import('h5wasm') : await reload();
    return new Instance(library, await library.ready);
  } catch (cause) {
    current = undefined;
    const reason = loads === 0 ? 'HDF5 files need the package h5wasm, which could not be loaded; install it' : CRASHED;
    throw new WeightsError('reader-unavailable', `${reason}.`, { cause });
  }
}

const CRASHED = 'The HDF5 library crashed on a damaged file and could not be loaded again; restart, or reload the page';

/** A new instance: the same module by another address. Where a bundler has swallowed the package, there is none. */
async function reload(): Promise<Library> {
  if (loads > MAX_RELOADS) throw new Error(`it crashed ${loads} times`);
  return (await import(/* @vite-ignore */ `${import.meta.resolve('h5wasm')}?load=${loads}`)) as Library;
}
