import { loadWasmBinary } from '#wasm-binary';
import { PreprocessingError } from '../errors.js';
import { withImageData } from './image-data.js';

/** The little of an emscripten module that every codec has; their own types need the DOM. */
export interface WasmModule {
  readonly HEAPU8: Uint8Array;
}

interface Instance<M> {
  readonly module: M;
  /** What the codec prints; libjpeg reports its warnings and its reasons only so. */
  readonly messages: string[];
}

type Factory = (options: never) => Promise<unknown>;

/** Wasm memory never shrinks, so an instance that a large picture has blown up is dropped afterwards. */
const MAX_KEPT_BYTES = 128 * 2 ** 20;

/**
 * A codec in WebAssembly: made when it is first used, then used again. An instance whose call threw is dropped, since
 * neither a trap nor an exit leaves its memory in a known state; the next call makes another from the same code.
 */
export class WasmCodec<M extends WasmModule> {
  readonly #name: string;
  readonly #factory: Factory;
  readonly #path: string;
  #compiled: Promise<WebAssembly.Module | undefined> | undefined;
  #instance: Promise<Instance<M>> | undefined;

  /**
   * `factory` is the default export of a codec's glue, `path` the module specifier of its `.wasm` file (for Node; a
   * browser's glue knows its own), `name` is for errors: "the JPEG decoder".
   */
  constructor(name: string, factory: Factory, path: string) {
    this.#name = name;
    this.#factory = factory;
    this.#path = path;
  }

  /** Calls the codec once, synchronously, so that calls never mix. Throws `decoder-unavailable` or what `use` throws. */
  async run<T>(use: (module: M, messages: readonly string[]) => T): Promise<T> {
    this.#instance ??= this.#create();
    const current = this.#instance;
    const { module, messages } = await current.catch((cause: unknown) => {
      // A failed fetch may succeed the next time.
      this.#drop(current);
      this.#compiled = undefined;
      const reason = `${this.#name} could not be loaded: ${String(cause)}`;
      throw new PreprocessingError('decoder-unavailable', reason, { cause });
    });
    messages.length = 0;
    try {
      const result = withImageData(() => use(module, messages));
      if (module.HEAPU8.length > MAX_KEPT_BYTES) this.#drop(current);
      return result;
    } catch (error) {
      this.#drop(current);
      throw error;
    }
  }

  #drop(instance: Promise<Instance<M>>): void {
    if (this.#instance === instance) this.#instance = undefined;
  }

  async #create(): Promise<Instance<M>> {
    this.#compiled ??= loadWasmBinary(this.#path).then((binary) =>
      binary === undefined ? undefined : WebAssembly.compile(binary as BufferSource),
    );
    const compiled = await this.#compiled;
    const messages: string[] = [];
    const print = (message: string): void => {
      messages.push(message);
    };
    const options = { noInitialRun: true, print, printErr: print, ...(compiled && instantiating(compiled)) };
    const module: unknown = await withImageData(() => this.#factory(options as never));
    return { module: module as M, messages };
  }
}

/** Emscripten's hook, so that the code is compiled once however many instances are made. */
function instantiating(compiled: WebAssembly.Module) {
  return {
    instantiateWasm(imports: WebAssembly.Imports, ready: (instance: WebAssembly.Instance) => void) {
      const instance = new WebAssembly.Instance(compiled, imports);
      ready(instance);
      return instance.exports;
    },
  };
}
