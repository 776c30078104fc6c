import { ImageError } from '../../errors.js';
import type { Size } from '../../image.js';
import { checkDimensions } from '../limits.js';

/** The first frame of a GIF, still compressed (GIF89a specification, sections 18 to 23). */
export interface GifFrame extends Size {
  readonly x: number;
  readonly y: number;
  readonly interlaced: boolean;
  /** RGB triples, its own or the file's; a grey ramp where there is none. */
  readonly palette: Uint8Array;
  /** Palette index of the transparent colour. */
  readonly transparent: number | undefined;
  /** What `decodeLzw` takes. */
  readonly data: GifData;
}

/** The frame's sub-blocks joined, and the size of its first codes in bits, less one. */
export interface GifData {
  readonly codeBits: number;
  readonly bytes: Uint8Array;
}

/** A code of at most 12 bits stands for at most 4096 pixels, so a byte for fewer than these. */
const MAX_PIXELS_PER_BYTE = 4096;
const SCREEN_BYTES = 13;
const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const FRAME = 0x2c;
const TRAILER = 0x3b;

/** Reads up to the first frame; what follows it is not looked at. Checks the canvas before anything is allocated. */
export function readGif(bytes: Uint8Array, maxPixels: number): { readonly canvas: Size; readonly frame: GifFrame } {
  if (bytes.length < SCREEN_BYTES) throw truncated(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const screen = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  checkDimensions('GIF', screen.width, screen.height, maxPixels);
  const flags = view.getUint8(10);
  const globalPalette = readPalette(bytes, SCREEN_BYTES, flags);
  let at = SCREEN_BYTES + (globalPalette?.length ?? 0);
  let transparent: number | undefined;
  while (true) {
    const kind = byteAt(bytes, at++);
    if (kind === TRAILER) throw corrupt('it has no picture');
    if (kind === FRAME) break;
    // Pillow passes over stray bytes between blocks, too.
    if (kind !== EXTENSION) continue;
    const label = byteAt(bytes, at++);
    if (label === GRAPHIC_CONTROL && byteAt(bytes, at) >= 4) {
      transparent = byteAt(bytes, at + 1) & 1 ? byteAt(bytes, at + 4) : undefined;
    }
    at = readSubBlocks(bytes, at).end;
  }
  if (at + 9 > bytes.length) throw truncated(bytes);
  const frame = {
    x: view.getUint16(at, true),
    y: view.getUint16(at + 2, true),
    width: view.getUint16(at + 4, true),
    height: view.getUint16(at + 6, true),
  };
  const frameFlags = view.getUint8(at + 8);
  // A frame that reaches over the canvas makes it larger, as in Pillow.
  const canvas = {
    width: Math.max(screen.width, frame.x + frame.width),
    height: Math.max(screen.height, frame.y + frame.height),
  };
  checkDimensions('GIF', frame.width, frame.height, maxPixels);
  checkDimensions('GIF', canvas.width, canvas.height, maxPixels);
  const palette = readPalette(bytes, at + 9, frameFlags);
  at += 9 + (palette?.length ?? 0);
  const codeBits = byteAt(bytes, at);
  const data = readSubBlocks(bytes, at + 1).content;
  if (frame.width * frame.height > data.length * MAX_PIXELS_PER_BYTE) {
    const what = `GIF: ${data.length} bytes of data cannot hold ${frame.width}x${frame.height} pixels`;
    throw new ImageError('truncated-image', what);
  }
  return {
    canvas,
    frame: {
      ...frame,
      interlaced: (frameFlags & 0x40) !== 0,
      palette: palette ?? globalPalette ?? GREY_RAMP,
      transparent,
      data: { codeBits, bytes: data },
    },
  };
}

const GREY_RAMP = Uint8Array.from({ length: 768 }, (_, i) => Math.floor(i / 3));

function readPalette(bytes: Uint8Array, at: number, flags: number): Uint8Array | undefined {
  if ((flags & 0x80) === 0) return undefined;
  const length = 3 * 2 ** ((flags & 7) + 1);
  if (at + length > bytes.length) throw truncated(bytes);
  return bytes.subarray(at, at + length);
}

/** Sub-blocks of up to 255 bytes, ended by an empty one. */
function readSubBlocks(bytes: Uint8Array, start: number): { readonly content: Uint8Array; readonly end: number } {
  let end = start;
  for (let length = byteAt(bytes, end); length > 0; length = byteAt(bytes, end)) end += 1 + length;
  const content = new Uint8Array(end - start);
  let to = 0;
  for (let at = start; at < end; ) {
    const length = bytes[at] as number;
    content.set(bytes.subarray(at + 1, at + 1 + length), to);
    to += length;
    at += 1 + length;
  }
  return { content: content.subarray(0, to), end: end + 1 };
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw truncated(bytes);
  return byte;
}

function truncated(bytes: Uint8Array): ImageError {
  return new ImageError('truncated-image', `GIF: the file ends after ${bytes.length} bytes, before the picture does`);
}

function corrupt(reason: string): ImageError {
  return new ImageError('corrupt-image', `GIF: ${reason}`);
}
