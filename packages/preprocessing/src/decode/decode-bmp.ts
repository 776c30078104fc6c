import { ImageError } from '../errors.js';
import { checkDimensions } from './limits.js';
import type { Decoded } from './types.js';

interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  readonly pixels: number;
  /** Where the colour table begins, the bytes of an entry (BGR or BGRX), and how many entries there are. */
  readonly palette: { readonly at: number; readonly entry: number; readonly count: number };
  readonly masks: readonly [number, number, number];
}

const CORE_HEADER_BYTES = 12;
const FILE_HEADER_BYTES = 14;
const RGB555 = [0x7c00, 0x03e0, 0x001f] as const;
const RGB888 = [0xff0000, 0x00ff00, 0x0000ff] as const;
const UNCOMPRESSED = 0;
const BITFIELDS = 3;

/** Decodes an uncompressed BMP of 1, 4, 8, 16, 24 or 32 bits; alpha is dropped. */
export async function decodeBmp(bytes: Uint8Array, maxPixels: number): Promise<Decoded> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const header = readHeader(view);
  const { width, height, bits } = header;
  checkDimensions('BMP', width, height, maxPixels);
  // Rows are padded to whole 32-bit words; Windows writes the last one in full.
  const stride = Math.ceil((width * bits) / 32) * 4;
  if (header.pixels + stride * height > bytes.length) throw truncated(bytes.length);
  const readRow = bits <= 8 ? indexedReader(bytes, header) : directReader(view, header);
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    const row = header.topDown ? y : height - 1 - y;
    readRow(header.pixels + row * stride, data, y * width * 3);
  }
  return { image: { width, height, channels: 3, data }, orientation: 1 };
}

function readHeader(view: DataView): BmpHeader {
  const available = view.byteLength;
  if (available < FILE_HEADER_BYTES + CORE_HEADER_BYTES) throw truncated(available);
  const pixels = view.getUint32(10, true);
  const headerBytes = view.getUint32(FILE_HEADER_BYTES, true);
  if (headerBytes === CORE_HEADER_BYTES) {
    const bits = checkBits(view.getUint16(24, true));
    const palette = { at: 26, entry: 3, count: bits <= 8 ? 2 ** bits : 0 };
    const size = { width: view.getUint16(18, true), height: view.getUint16(20, true) };
    return { ...size, topDown: false, bits, pixels, palette, masks: bits === 16 ? RGB555 : RGB888 };
  }
  if (headerBytes < 40 || headerBytes > 124) throw corrupt(`a header of ${headerBytes} bytes`);
  if (available < FILE_HEADER_BYTES + headerBytes) throw truncated(available);
  const height = view.getInt32(22, true);
  const bits = checkBits(view.getUint16(28, true));
  const compression = view.getUint32(30, true);
  if (compression !== UNCOMPRESSED && compression !== BITFIELDS) {
    throw new ImageError(
      'unsupported-format',
      `BMP with compression ${compression} is not supported; save it uncompressed`,
    );
  }
  const bitfields = compression === BITFIELDS && bits > 8;
  // In the shortest header the masks follow it; in the longer ones they are its next fields: the same place.
  const maskBytes = bitfields && headerBytes === 40 ? 12 : 0;
  const at = FILE_HEADER_BYTES + headerBytes + maskBytes;
  if (bitfields && available < 66) throw truncated(available);
  const count = bits <= 8 ? view.getUint32(46, true) || 2 ** bits : 0;
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    pixels,
    palette: { at, entry: 4, count },
    masks: bitfields
      ? [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)]
      : bits === 16
        ? RGB555
        : RGB888,
  };
}

function checkBits(bits: number): number {
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw corrupt(`${bits} bits per pixel`);
  return bits;
}

type RowReader = (from: number, out: Uint8Array, to: number) => void;

function indexedReader(bytes: Uint8Array, { width, bits, palette }: BmpHeader): RowReader {
  const { at, entry, count } = palette;
  if (count > 256) throw corrupt(`a palette of ${count} colours`);
  if (at + entry * count > bytes.length) throw truncated(bytes.length);
  const perByte = 8 / bits;
  const mask = 2 ** bits - 1;
  return (from, out, start) => {
    for (let x = 0, to = start; x < width; x++, to += 3) {
      const byte = bytes[from + Math.floor(x / perByte)] as number;
      const index = (byte >> (8 - bits * ((x % perByte) + 1))) & mask;
      if (index >= count) throw corrupt(`palette index ${index}, but there are ${count} colours`);
      const colour = at + index * entry;
      out[to] = bytes[colour + 2] as number;
      out[to + 1] = bytes[colour + 1] as number;
      out[to + 2] = bytes[colour] as number;
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
}

/** A mask must be one run of at most 8 bits. */
function channelOf(mask: number): Channel {
  const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
  const max = mask >>> shift;
  if (max === 0 || max > 255 || (max & (max + 1)) !== 0) throw corrupt(`a colour mask of ${mask.toString(16)}`);
  return { shift, max };
}

/** Spread over 0..255, rounded down as Pillow does. */
function sample(pixel: number, { shift, max }: Channel): number {
  return Math.floor((((pixel >>> shift) & max) * 255) / max);
}

function truncated(length: number): ImageError {
  return new ImageError('truncated-image', `BMP: the file ends after ${length} bytes, before the picture does`);
}

function corrupt(what: string): ImageError {
  return new ImageError('corrupt-image', `BMP: ${what}`);
}
