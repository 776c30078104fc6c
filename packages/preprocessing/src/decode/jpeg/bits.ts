import { ImageError } from '../../errors.js';

/** Reads the entropy-coded data of a scan (ITU-T T.81, F.2.2.5): bits from the top, `FF 00` is a data byte of FF. */
export class BitReader {
  readonly #bytes: Uint8Array;
  #at: number;
  #buffer = 0;
  #bits = 0;
  /** Bits that were made up behind the end of the data. */
  #missing = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  /** The next 16 bits without taking them; ones behind the end. */
  peek16(): number {
    this.#fill();
    return (this.#buffer >>> (this.#bits - 16)) & 0xffff;
  }

  /** Takes up to 16 bits. Throws `truncated-image` behind the end of the data. */
  take(count: number): number {
    this.#fill();
    this.#bits -= count;
    if (this.#bits < this.#missing) throw new ImageError('truncated-image', 'JPEG: a scan ends too early');
    const value = (this.#buffer >>> this.#bits) & ((1 << count) - 1);
    this.#buffer &= (1 << this.#bits) - 1;
    return value;
  }

  /** Leaves what is left of the interval, and takes the restart marker if there is one: its code, or undefined. */
  restart(): number | undefined {
    this.#buffer = this.#bits = this.#missing = 0;
    while (this.#at + 1 < this.#bytes.length) {
      if (this.#bytes[this.#at] === 0xff) {
        const code = this.#bytes[this.#at + 1] as number;
        if (code >= 0xd0 && code <= 0xd7) {
          this.#at += 2;
          return code;
        }
        if (code !== 0 && code !== 0xff) return undefined;
      }
      this.#at++;
    }
    return undefined;
  }

  /** At least 16 bits in the buffer, never more than 24. */
  #fill(): void {
    while (this.#bits < 16) {
      const byte = this.#bytes[this.#at];
      const ended = byte === undefined || (byte === 0xff && this.#bytes[this.#at + 1] !== 0);
      if (ended) this.#missing += 8;
      else this.#at += byte === 0xff ? 2 : 1;
      this.#buffer = (this.#buffer << 8) | (ended ? 0xff : byte);
      this.#bits += 8;
    }
  }
}

/** Writes entropy-coded data into bytes that grow. */
export class BitWriter {
  #bytes: Uint8Array;
  #length = 0;
  #buffer = 0;
  #bits = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(capacity);
  }

  /** Up to 16 bits. */
  put(value: number, count: number): void {
    this.#buffer = (this.#buffer << count) | value;
    this.#bits += count;
    while (this.#bits >= 8) {
      this.#bits -= 8;
      const byte = (this.#buffer >>> this.#bits) & 0xff;
      this.#push(byte);
      if (byte === 0xff) this.#push(0);
    }
    this.#buffer &= (1 << this.#bits) - 1;
  }

  /** Fills the last byte with ones. */
  align(): void {
    if (this.#bits > 0) this.put((1 << (8 - this.#bits)) - 1, 8 - this.#bits);
  }

  /** Bytes as they are; only after `align`. */
  raw(bytes: Uint8Array | readonly number[]): void {
    for (let i = 0; i < bytes.length; i++) this.#push(bytes[i] as number);
  }

  result(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#bytes.length * 2 + 64);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }
}
