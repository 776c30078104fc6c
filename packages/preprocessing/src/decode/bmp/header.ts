import { ImageError } from '../../errors.js';
import { checkDimensions } from '../limits.js';

/** What a BMP's headers say (Microsoft's BITMAPCOREHEADER, BITMAPINFOHEADER and its longer versions). */
export interface BmpHeader {
  readonly width: number;
  readonly height: number;
  readonly topDown: boolean;
  readonly bits: number;
  /** Run-length encoded; only with 4 or 8 bits. */
  readonly compressed: boolean;
  /** Where the pixels begin. */
  readonly pixels: number;
  /** Where the colour table begins, the bytes of an entry (BGR or BGRX), and how many entries there are. */
  readonly palette: { readonly at: number; readonly entry: number; readonly count: number };
  readonly masks: readonly [number, number, number];
}

const CORE_HEADER_BYTES = 12;
const FILE_HEADER_BYTES = 14;
const RGB555 = [0x7c00, 0x03e0, 0x001f] as const;
const RGB888 = [0xff0000, 0x00ff00, 0x0000ff] as const;
/** Values of the field biCompression. */
const UNCOMPRESSED = 0;
const RLE8 = 1;
const RLE4 = 2;
const BITFIELDS = 3;

/** Throws `truncated-image`, `corrupt-image`, `unsupported-format` or `image-too-large`. */
export function readBmpHeader(view: DataView, maxPixels: number): BmpHeader {
  const available = view.byteLength;
  if (available < FILE_HEADER_BYTES + CORE_HEADER_BYTES) throw truncated(available);
  const headerBytes = view.getUint32(FILE_HEADER_BYTES, true);
  const header = headerBytes === CORE_HEADER_BYTES ? readCoreHeader(view) : readInfoHeader(view, headerBytes);
  checkDimensions('BMP', header.width, header.height, maxPixels);
  return header;
}

function readCoreHeader(view: DataView): BmpHeader {
  const bits = checkBits(view.getUint16(24, true));
  return {
    width: view.getUint16(18, true),
    height: view.getUint16(20, true),
    topDown: false,
    bits,
    compressed: false,
    pixels: view.getUint32(10, true),
    palette: { at: FILE_HEADER_BYTES + CORE_HEADER_BYTES, entry: 3, count: bits <= 8 ? 2 ** bits : 0 },
    masks: bits === 16 ? RGB555 : RGB888,
  };
}

function readInfoHeader(view: DataView, headerBytes: number): BmpHeader {
  const available = view.byteLength;
  if (headerBytes < 40 || headerBytes > 124) throw corrupt(`a header of ${headerBytes} bytes`);
  if (available < FILE_HEADER_BYTES + headerBytes) throw truncated(available);
  const height = view.getInt32(22, true);
  const bits = checkBits(view.getUint16(28, true));
  const compression = view.getUint32(30, true);
  checkCompression(compression, bits);
  const bitfields = compression === BITFIELDS && bits > 8;
  // In the shortest header the masks follow it; in the longer ones they are its next fields: the same place.
  const maskBytes = bitfields && headerBytes === 40 ? 12 : 0;
  if (bitfields && available < 66) throw truncated(available);
  return {
    width: view.getInt32(18, true),
    height: Math.abs(height),
    topDown: height < 0,
    bits,
    compressed: compression === RLE8 || compression === RLE4,
    pixels: view.getUint32(10, true),
    palette: {
      at: FILE_HEADER_BYTES + headerBytes + maskBytes,
      entry: 4,
      count: bits <= 8 ? view.getUint32(46, true) || 2 ** bits : 0,
    },
    masks: bitfields
      ? [view.getUint32(54, true), view.getUint32(58, true), view.getUint32(62, true)]
      : bits === 16
        ? RGB555
        : RGB888,
  };
}

function checkCompression(compression: number, bits: number): void {
  if (compression === UNCOMPRESSED || compression === BITFIELDS) return;
  if ((compression === RLE8 && bits === 8) || (compression === RLE4 && bits === 4)) return;
  if (compression === RLE8 || compression === RLE4) {
    throw corrupt(`run-length encoding ${compression} with ${bits} bits per pixel`);
  }
  throw unsupported(`compression ${compression}`);
}

function checkBits(bits: number): number {
  if (![1, 4, 8, 16, 24, 32].includes(bits)) throw corrupt(`${bits} bits per pixel`);
  return bits;
}

export function truncated(length: number): ImageError {
  return new ImageError('truncated-image', `BMP: the file ends after ${length} bytes, before the picture does`);
}

export function corrupt(what: string): ImageError {
  return new ImageError('corrupt-image', `BMP: ${what}`);
}

export function unsupported(what: string): ImageError {
  return new ImageError('unsupported-format', `BMP with ${what} is not supported; save it uncompressed in 24 bits`);
}
