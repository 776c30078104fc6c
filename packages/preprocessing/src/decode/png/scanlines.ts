import { Unzlib } from 'fflate';
import { ImageError } from '../../errors.js';
import type { PngHeader } from './chunks.js';
import { unfilter } from './unfilter.js';

/** A reduced picture of an interlaced PNG, or the only pass of any other: which pixels its rows hold. */
export interface Pass {
  readonly x: number;
  readonly y: number;
  readonly stepX: number;
  readonly stepY: number;
}

/** Adam7 (W3C PNG specification, 8.2). */
const ADAM7: readonly Pass[] = [
  { x: 0, y: 0, stepX: 8, stepY: 8 },
  { x: 4, y: 0, stepX: 8, stepY: 8 },
  { x: 0, y: 4, stepX: 4, stepY: 8 },
  { x: 2, y: 0, stepX: 4, stepY: 4 },
  { x: 0, y: 2, stepX: 2, stepY: 4 },
  { x: 1, y: 0, stepX: 2, stepY: 2 },
  { x: 0, y: 1, stepX: 1, stepY: 2 },
];
const WHOLE: readonly Pass[] = [{ x: 0, y: 0, stepX: 1, stepY: 1 }];

/** Deflate cannot make more than 1032 bytes of one (RFC 1951: 258 bytes for 2 bits, and the limit of a block). */
const MAX_DEFLATE_RATIO = 1032;
/** Bytes handed to the decompressor at a time, so that it makes at most 66 MB before the rows are taken from it. */
const PUSH_BYTES = 65_536;

/** Receives each row's bytes behind its filter byte (valid during the call only), the row number and the pass. */
export type RowSink = (row: Uint8Array, y: number, pass: Pass) => void;

/**
 * Decompresses and unfilters a picture row by row; only two rows are kept. It stops with the last row: what the stream
 * holds beyond it is never decompressed.
 */
export class ScanlineReader {
  readonly #passes: readonly Pass[];
  readonly #header: PngHeader;
  readonly #sink: RowSink;
  readonly #pixelBytes: number;
  #pass = 0;
  #y = 0;
  #row: Uint8Array = new Uint8Array(0);
  #previous: Uint8Array = new Uint8Array(0);
  /** Bytes of the current row that are there. */
  #filled = 0;

  constructor(header: PngHeader, sink: RowSink) {
    this.#header = header;
    this.#sink = sink;
    this.#pixelBytes = Math.max(1, (header.samples * header.depth) / 8);
    this.#passes = (header.interlaced ? ADAM7 : WHOLE).filter(({ x, y }) => x < header.width && y < header.height);
    this.#startPass();
  }

  /** Throws `truncated-image` or `corrupt-image`. */
  read(data: readonly Uint8Array[]): void {
    const stream = new Unzlib((bytes) => this.#take(bytes));
    try {
      for (const part of data) {
        for (let at = 0; at < part.length && !this.#done; at += PUSH_BYTES) {
          stream.push(part.subarray(at, at + PUSH_BYTES));
        }
      }
    } catch (cause) {
      if (cause instanceof ImageError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ImageError('corrupt-image', `PNG: its data cannot be decompressed (${reason})`, { cause });
    }
    if (!this.#done) {
      throw new ImageError('truncated-image', `PNG: its data ends in row ${this.#y} of pass ${this.#pass + 1}`);
    }
  }

  get #done(): boolean {
    return this.#pass >= this.#passes.length;
  }

  #startPass(): void {
    const pass = this.#passes[this.#pass];
    if (!pass) return;
    const length = 1 + rowBytes(this.#header, pass);
    this.#row = new Uint8Array(length);
    this.#previous = new Uint8Array(length);
    this.#y = pass.y;
  }

  #take(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length && !this.#done; ) {
      const part = bytes.subarray(at, at + this.#row.length - this.#filled);
      this.#row.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#row.length) this.#finishRow();
    }
  }

  #finishRow(): void {
    const pass = this.#passes[this.#pass] as Pass;
    unfilter(this.#row, this.#previous, this.#pixelBytes);
    this.#sink(this.#row.subarray(1), this.#y, pass);
    [this.#row, this.#previous] = [this.#previous, this.#row];
    this.#filled = 0;
    this.#y += pass.stepY;
    if (this.#y < this.#header.height) return;
    this.#pass++;
    this.#startPass();
  }
}

/** Bytes of a row of this pass, without the filter's. */
function rowBytes({ width, samples, depth }: PngHeader, { x, stepX }: Pass): number {
  return Math.ceil((Math.ceil((width - x) / stepX) * samples * depth) / 8);
}

/**
 * Throws `truncated-image` where so few compressed bytes cannot hold the picture, so that a header of a few bytes
 * cannot make us allocate hundreds of megabytes.
 */
export function checkDataLength(header: PngHeader, data: readonly Uint8Array[]): void {
  const [whole] = WHOLE as readonly [Pass];
  // Interlaced rows are rounded up more often, so this is a lower bound for them too.
  const needed = header.height * rowBytes(header, whole);
  const given = data.reduce((sum, part) => sum + part.length, 0);
  if (needed > given * MAX_DEFLATE_RATIO) {
    throw new ImageError(
      'truncated-image',
      `PNG: ${given} bytes of data cannot hold ${header.width}x${header.height} pixels`,
    );
  }
}
