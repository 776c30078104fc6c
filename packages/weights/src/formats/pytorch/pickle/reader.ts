import { WeightsError } from '../../../errors.js';

/** The bytes that are there have been used up; there may be more in the file. */
export class NeedMoreBytes extends Error {}

/** Longest integer, in bytes: pickle's own may be of any length, and converting one takes time by the square of it. */
const MAX_INTEGER_BYTES = 256;
/** Longest line of a text opcode (protocol 0): a name or a number. */
const MAX_LINE = 4096;

const UTF_8 = new TextDecoder();

/** Reads the arguments of opcodes, little-endian. Throws {@link NeedMoreBytes} at the end. */
export class PickleReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  #take(length: number): number {
    const at = this.position;
    if (at + length > this.#bytes.length) throw new NeedMoreBytes();
    this.position = at + length;
    return at;
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** The one number that pickle writes big-endian. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  utf8(length: number): string {
    return UTF_8.decode(this.bytes(length));
  }

  /** Two's complement, little-endian, of any length. */
  integer(length: number): number | bigint {
    if (length > MAX_INTEGER_BYTES) {
      throw new WeightsError('too-large', `The pickle has an integer of ${length} bytes; it is made to harm.`);
    }
    const bytes = this.bytes(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] as number);
    return narrow(length === 0 ? 0n : BigInt.asIntN(8 * length, value));
  }

  /** Up to a line feed, which is left out. */
  line(): string {
    const end = this.#bytes.indexOf(10, this.position);
    const length = (end < 0 ? this.#bytes.length : end) - this.position;
    if (length > MAX_LINE) throw new WeightsError('bad-header', 'The pickle is damaged: a line in it has no end.');
    const text = this.utf8(length);
    this.#take(1);
    return text;
  }
}

/** As a number where it is exact. */
export const narrow = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};
