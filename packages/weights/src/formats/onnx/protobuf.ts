import type { ByteSource } from '../../byte-source.js';
import { WeightsError } from '../../errors.js';

/**
 * A field of a protobuf message, not yet looked into
 * (https://protobuf.dev/programming-guides/encoding). Libraries decode a message whole; here its numbers must stay in the file.
 */
export type Field =
  | { readonly number: number; readonly kind: 'varint'; readonly value: number }
  /** Bytes, text, a message or packed numbers; or 4 or 8 bytes of a fixed width. */
  | {
      readonly number: number;
      readonly kind: 'bytes' | 'fixed';
      readonly start: number;
      readonly length: number;
    };

/** Most fields of a file that are looked at: one for a node and some ten for a tensor, of which a thousand are many. */
const MAX_FIELDS = 1_000_000;
/** Read ahead at a time: headers of tensors lie between numbers, so little of it is wasted. */
const WINDOW = 64 * 1024;
/** A tag and a length take at most 10 bytes each. */
const LONGEST_HEAD = 20;

/** Walks over the fields of messages in a source, and reads no more than their heads. */
export class FieldScanner {
  readonly #source: ByteSource;
  #window = new Uint8Array(0);
  #windowStart = 0;
  #fields = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  /** Fields of the message in `start` .. `end`. */
  async *fields(start: number, end: number): AsyncGenerator<Field> {
    for (let at = start; at < end; ) {
      if (++this.#fields > MAX_FIELDS) {
        throw new WeightsError(
          'too-large',
          `${this.#source.name} has more than ${MAX_FIELDS} fields; it is no network.`,
        );
      }
      await this.#reach(at, end);
      const reader = new HeadReader(this.#window, at - this.#windowStart, end - this.#windowStart, this.#source.name);
      const field = reader.field(this.#windowStart);
      yield field;
      at = field.kind === 'varint' ? reader.at + this.#windowStart : field.start + field.length;
    }
  }

  /** The bytes of a field; `limit` is the most that its kind may need. */
  async bytes(field: Field, limit: number, what: string): Promise<Uint8Array<ArrayBuffer>> {
    if (field.kind === 'varint') throw damaged(this.#source.name, `${what} is a number`);
    if (field.length > limit) {
      throw new WeightsError(
        'too-large',
        `${this.#source.name}: ${what} takes ${field.length} bytes; up to ${limit} are read.`,
      );
    }
    const offset = field.start - this.#windowStart;
    if (offset >= 0 && offset + field.length <= this.#window.length) {
      return new Uint8Array(this.#window.subarray(offset, offset + field.length));
    }
    return this.#source.read(field.start, field.length);
  }

  async #reach(at: number, end: number): Promise<void> {
    const needed = Math.min(at + LONGEST_HEAD, end);
    if (at >= this.#windowStart && needed <= this.#windowStart + this.#window.length) return;
    this.#window = await this.#source.read(at, Math.min(WINDOW, this.#source.size - at));
    this.#windowStart = at;
  }
}

/** Fields of a message that is in memory. */
export function* fieldsOf(bytes: Uint8Array, name: string): Generator<Field> {
  for (let at = 0; at < bytes.length; ) {
    const reader = new HeadReader(bytes, at, bytes.length, name);
    const field = reader.field(0);
    yield field;
    at = field.kind === 'varint' ? reader.at : field.start + field.length;
  }
}

/** Packed varints as they stand: unsigned 64-bit numbers. `count` is how many there must be. */
export function packedVarints(bytes: Uint8Array, count: number, name: string): BigUint64Array {
  // Each takes a byte at least.
  if (count > bytes.length) throw damaged(name, `${count} numbers are not in ${bytes.length} bytes`);
  const result = new BigUint64Array(count);
  const reader = new HeadReader(bytes, 0, bytes.length, name);
  for (let i = 0; i < count; i++) result[i] = reader.varint();
  if (reader.at !== bytes.length) throw damaged(name, `more than ${count} numbers`);
  return result;
}

class HeadReader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #end: number;
  readonly #name: string;

  constructor(bytes: Uint8Array, at: number, end: number, name: string) {
    this.#bytes = bytes;
    this.at = at;
    this.#end = end;
    this.#name = name;
  }

  /** `base` is where the array begins in its source. */
  field(base: number): Field {
    const tag = this.#small('a tag');
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (number === 0) throw damaged(this.#name, 'a field of number 0');
    if (wire === 0) {
      const value = Number(BigInt.asIntN(64, this.varint()));
      return { number, kind: 'varint', value };
    }
    const length = wire === 2 ? this.#small('a length') : wire === 5 ? 4 : wire === 1 ? 8 : undefined;
    if (length === undefined) throw damaged(this.#name, `a field of wire type ${wire}`);
    if (length > this.#end - this.at) throw cut(this.#name, length);
    return { number, kind: wire === 2 ? 'bytes' : 'fixed', start: base + this.at, length };
  }

  #small(what: string): number {
    const value = this.varint();
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw damaged(this.#name, `${what} of ${value}`);
    return Number(value);
  }

  /** Ten bytes of seven bits at most. */
  varint(): bigint {
    let low = 0;
    let scale = 1;
    // Seven groups stay below 2^49, so plain numbers are exact; longer ones are rare.
    for (let i = 0; i < 7; i++) {
      const byte = this.#next();
      low += (byte & 0x7f) * scale;
      if (byte < 0x80) return BigInt(low);
      scale *= 128;
    }
    let value = BigInt(low);
    for (let shift = 49n; shift < 70n; shift += 7n) {
      const byte = this.#next();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw damaged(this.#name, 'a number of more than ten bytes');
  }

  #next(): number {
    const byte = this.at < this.#end ? this.#bytes[this.at] : undefined;
    if (byte === undefined) throw cut(this.#name, 1);
    this.at++;
    return byte;
  }
}

export const damaged = (name: string, what: string): WeightsError =>
  new WeightsError('bad-header', `${name} is no ONNX file, or damaged: ${what}.`);

const cut = (name: string, length: number): WeightsError =>
  new WeightsError('truncated', `${name} ends before the ${length} bytes that a field of it states; fetch it again.`);
