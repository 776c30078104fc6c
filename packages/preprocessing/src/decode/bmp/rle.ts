import { ImageError } from '../../errors.js';
import { type BmpHeader, corrupt, truncated } from './header.js';

/**
 * Two bytes give at most 255 pixels, but an end-of-line or a jump may leave more of them out. A file that leaves out
 * nearly everything is refused before its picture is allocated.
 */
const MAX_PIXELS_PER_BYTE = 1024;

/** Escapes behind a zero; larger numbers count pixels that follow as they are. */
const END_OF_LINE = 0;
const END_OF_BITMAP = 1;
const JUMP = 2;

/**
 * Decodes BI_RLE8 or BI_RLE4 to a byte for each pixel, in the order of the file (the bottom row first). Pixels that are
 * left out have index 0, as in Pillow; a run that would leave its row is `corrupt-image`.
 */
export function decodeRle(bytes: Uint8Array, { width, height, bits, pixels }: BmpHeader): Uint8Array {
  const given = Math.max(0, bytes.length - pixels);
  if (width * height > given * MAX_PIXELS_PER_BYTE) {
    throw new ImageError('truncated-image', `BMP: ${given} bytes of data cannot hold ${width}x${height} pixels`);
  }
  const perByte = 8 / bits;
  const out = new Uint8Array(width * height);
  let at = pixels;
  let x = 0;
  let y = 0;
  const need = (count: number): void => {
    if (at + count > bytes.length) throw truncated(bytes.length);
  };
  /** Index i of those that lie from `from` on: the high half of a byte comes first. */
  const indexAt = (from: number, i: number): number => {
    if (bits === 8) return bytes[from + i] as number;
    const byte = bytes[from + (i >> 1)] as number;
    return i % 2 === 0 ? byte >> 4 : byte & 15;
  };
  while (y < height) {
    need(2);
    const count = bytes[at] as number;
    const code = bytes[at + 1] as number;
    at += 2;
    if (count > 0) {
      // A run repeats its byte: one index of 8 bits, or two of 4 in turn.
      if (x + count > width) throw corrupt(`a run of ${count} pixels from column ${x} of ${width}`);
      const start = y * width + x;
      for (let i = 0; i < count; i++) out[start + i] = indexAt(at - 1, i % perByte);
      x += count;
    } else if (code === END_OF_BITMAP) {
      break;
    } else if (code === END_OF_LINE) {
      x = 0;
      y++;
    } else if (code === JUMP) {
      need(2);
      x += bytes[at] as number;
      y += bytes[at + 1] as number;
      at += 2;
      if (x > width || y >= height) throw corrupt(`a jump to column ${x}, row ${y}`);
    } else {
      if (x + code > width) throw corrupt(`${code} pixels from column ${x} of ${width}`);
      const length = Math.ceil(code / perByte);
      need(length);
      const start = y * width + x;
      for (let i = 0; i < code; i++) out[start + i] = indexAt(at, i);
      x += code;
      // Filled to whole 16-bit words.
      at += length + (length % 2);
    }
    // A last row that is full needs no end.
    if (x === width && y === height - 1) break;
  }
  return out;
}
