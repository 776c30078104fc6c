/**
 * Bytes of WebAssembly's binary format (WebAssembly Core Specification 2.0, section 5), in parts of parts: expressions hold those of
 * their operands, which are copied once, when all is written.
 */
export type Bytes = Uint8Array | readonly (number | Bytes)[];

/** Bytes, one after another. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;

  write(part: Bytes): void {
    if (part instanceof Uint8Array) {
      this.#room(part.length);
      this.#bytes.set(part, this.#length);
      this.#length += part.length;
      return;
    }
    for (const each of part) {
      if (typeof each !== 'number') this.write(each);
      else {
        if (this.#length === this.#bytes.length) this.#room(1);
        this.#bytes[this.#length++] = each;
      }
    }
  }

  #room(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  /** What was written until now. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length);
  }
}

export function flat(parts: Bytes): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter();
  writer.write(parts);
  return writer.bytes;
}

/** Unsigned LEB128. */
export function unsigned(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest === 0 ? low : low | 0x80);
  } while (rest !== 0);
  return bytes;
}

/** Signed LEB128 of a 32-bit integer. */
export function signed(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    if ((rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

/** The four bytes of a float32. */
export function float32(value: number): Bytes {
  return new Uint8Array(new Float32Array([value]).buffer);
}

export const text = (value: string): Bytes => {
  const bytes = new TextEncoder().encode(value);
  return [unsigned(bytes.length), bytes];
};

/** A vector: how many, then each. */
export const list = (items: readonly Bytes[]): Bytes => [unsigned(items.length), ...items];

/** A section, or a function's body: its length in bytes, then its contents. */
export function sized(contents: Bytes): Bytes {
  const bytes = flat(contents);
  return [unsigned(bytes.length), bytes];
}
