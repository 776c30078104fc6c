import { type Bytes, flat, list, sized, text, unsigned } from './encode.js';
import { type Callee, FunctionWriter } from './function.js';

interface Written extends Callee {
  readonly name: string;
  readonly writer: FunctionWriter;
}

/** A module that imports its memory as `env.memory` and exports its functions by name. */
export class ModuleWriter {
  readonly #functions: Written[] = [];
  readonly #vectors: boolean;

  /** `vectors`: whether the runtime has them. */
  constructor({ vectors }: { readonly vectors: boolean }) {
    this.#vectors = vectors;
  }

  /** Writes a function; the body is written at once, so it may call those that were written before. */
  function(name: string, write: (fn: FunctionWriter) => void): Callee {
    const writer = new FunctionWriter({ vectors: this.#vectors });
    write(writer);
    const written = { name, writer, index: this.#functions.length };
    this.#functions.push(written);
    return written;
  }

  /** `maximumPages` of 64 KiB; a shared memory must have a maximum. */
  encode({
    shared,
    maximumPages,
  }: {
    readonly shared: boolean;
    readonly maximumPages: number;
  }): Uint8Array<ArrayBuffer> {
    const functions = this.#functions;
    const types = functions.map(({ writer }) => writer.type);
    const limits = [shared ? 3 : 1, unsigned(1), unsigned(maximumPages)];
    const section = (id: number, contents: Bytes): Bytes => [id, sized(contents)];
    return flat([
      [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
      section(1, list(types)),
      section(2, list([[text('env'), text('memory'), 0x02, limits]])),
      section(3, list(functions.map(({ index }) => unsigned(index)))),
      section(7, list(functions.map(({ name, index }) => [text(name), 0x00, unsigned(index)]))),
      section(10, list(functions.map(({ writer }) => writer.body))),
    ]);
  }
}
