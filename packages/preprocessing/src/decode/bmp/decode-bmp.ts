import type { Decoded } from '../types.js';
import { type BmpHeader, corrupt, readBmpHeader, truncated, unsupported } from './header.js';
import { decodeRle } from './rle.js';

/** Decodes a BMP of 1, 4, 8, 16, 24 or 32 bits, plain, run-length encoded or with bit fields; alpha is dropped. */
export async function decodeBmp(bytes: Uint8Array, maxPixels: number): Promise<Decoded> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readBmpHeader(view, maxPixels);
  const { width, height, bits, compressed } = header;
  // Rows are padded to whole 32-bit words; Windows writes the last one in full.
  const stride = compressed ? width : Math.ceil((width * bits) / 32) * 4;
  if (!compressed && header.pixels + stride * height > bytes.length) throw truncated(bytes.length);
  const palette = bits <= 8 ? readPalette(bytes, header) : undefined;
  const [start, readRow] = compressed
    ? [0, indexedReader(decodeRle(bytes, header), width, 8, palette as Uint8Array)]
    : [header.pixels, palette ? indexedReader(bytes, width, bits, palette) : directReader(view, header)];
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = header.topDown ? y : height - 1 - y;
    readRow(start + row * stride, data, y * width * 3);
  }
  return { image: { width, height, channels: 3, data }, orientation: 1 };
}

type RowReader = (from: number, out: Uint8Array, to: number) => void;

/** The colour table as RGB triples. */
function readPalette(bytes: Uint8Array, { palette: { at, entry, count } }: BmpHeader): Uint8Array {
  if (count > 256) throw corrupt(`a palette of ${count} colours`);
  if (at + entry * count > bytes.length) throw truncated(bytes.length);
  return Uint8Array.from(
    { length: 3 * count },
    (_, i) => bytes[at + Math.floor(i / 3) * entry + 2 - (i % 3)] as number,
  );
}

function indexedReader(bytes: Uint8Array, width: number, bits: number, palette: Uint8Array): RowReader {
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  return (from, out, start) => {
    for (let x = 0, to = start; x < width; x++, to += 3) {
      const byte = bytes[from + Math.floor(x / perByte)] as number;
      const index = (byte >> (8 - bits * ((x % perByte) + 1))) & mask;
      const colour = index * 3;
      if (colour >= palette.length)
        throw corrupt(`palette index ${index}, but there are ${palette.length / 3} colours`);
      out[to] = palette[colour] as number;
      out[to + 1] = palette[colour + 1] as number;
      out[to + 2] = palette[colour + 2] as number;
    }
  };
}

function directReader(view: DataView, { width, bits, masks }: BmpHeader): RowReader {
  const [red, green, blue] = masks.map(channelOf) as [Channel, Channel, Channel];
  const readPixel =
    bits === 16
      ? (at: number) => view.getUint16(at, true)
      : bits === 24
        ? (at: number) => view.getUint16(at, true) | (view.getUint8(at + 2) << 16)
        : (at: number) => view.getUint32(at, true);
  return (from, out, start) => {
    for (let x = 0, to = start, at = from; x < width; x++, to += 3, at += bits / 8) {
      const pixel = readPixel(at);
      out[to] = sample(pixel, red);
      out[to + 1] = sample(pixel, green);
      out[to + 2] = sample(pixel, blue);
    }
  };
}

interface Channel {
  readonly shift: number;
  readonly max: number;
  /** Samples spread over 0..255, rounded down as Pillow does. */
  readonly spread: Uint8Array;
}

/** A mask must be one run of bits, at most 8 of them. */
function channelOf(mask: number): Channel {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  if (max === 0 || (max & (max + 1)) !== 0) throw corrupt(`a colour mask of ${mask.toString(16)}`);
  if (max > 255) throw unsupported(`more than 8 bits for a colour (mask ${mask.toString(16)})`);
  return { shift, max, spread: Uint8Array.from({ length: max + 1 }, (_, sample) => (sample * 255) / max) };
}

function sample(pixel: number, { shift, max, spread }: Channel): number {
  return spread[(pixel >>> shift) & max] as number;
}
