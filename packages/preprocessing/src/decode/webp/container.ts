import { ImageError } from '../../errors.js';
import type { Size } from '../../image.js';
import { type Orientation, readOrientation } from '../exif.js';
import { checkDimensions } from '../limits.js';

/** What a WebP file holds, nothing decoded yet (RFC 9649, section 2). */
export interface WebpContents {
  /** The picture's size: of an animation's canvas where it is one. */
  readonly canvas: Size;
  /** The only frame or the first, and where it lies on the canvas. */
  readonly frame: WebpFrame;
  readonly orientation: Orientation;
}

export interface WebpFrame extends Size {
  readonly x: number;
  readonly y: number;
  /** `VP8 ` (lossy) or `VP8L` (lossless). */
  readonly type: 'VP8 ' | 'VP8L';
  readonly bitstream: Uint8Array;
}

interface Chunk {
  readonly type: string;
  readonly content: Uint8Array;
}

const RIFF_HEADER_BYTES = 12;
const CHUNK_HEADER_BYTES = 8;

/**
 * Walks the chunks. Dimensions are checked as soon as they are read; bytes behind the length that the file gives are
 * ignored, and so are the chunks that say how colours are to be shown (ICCP) and the alpha plane (ALPH).
 */
export function readWebp(bytes: Uint8Array, maxPixels: number): WebpContents {
  if (bytes.length < RIFF_HEADER_BYTES + CHUNK_HEADER_BYTES) throw truncated(bytes.length);
  const view = viewOf(bytes);
  const end = CHUNK_HEADER_BYTES + view.getUint32(4, true);
  if (end > bytes.length) throw truncated(bytes.length);
  let canvas: Size | undefined;
  let frame: WebpFrame | undefined;
  let orientation: Orientation = 1;
  for (const { type, content } of chunks(bytes.subarray(RIFF_HEADER_BYTES, end), bytes.length)) {
    if (type === 'VP8X' && !canvas) {
      canvas = readCanvas(content);
      checkDimensions('WebP', canvas.width, canvas.height, maxPixels);
    } else if (!frame && (type === 'VP8 ' || type === 'VP8L')) {
      frame = readFrame(type, content, maxPixels);
    } else if (!frame && type === 'ANMF') {
      frame = readAnimationFrame(content, bytes.length, maxPixels);
    } else if (type === 'EXIF') {
      orientation = readOrientation(withoutSignature(content));
    }
  }
  if (!frame) throw corrupt('it has no picture data (no VP8 or VP8L chunk)');
  const whole = canvas ?? { height: frame.height, width: frame.width };
  if (frame.x + frame.width > whole.width || frame.y + frame.height > whole.height) {
    throw corrupt(`a frame of ${frame.width}x${frame.height} pixels does not fit ${whole.width}x${whole.height}`);
  }
  return { canvas: whole, frame, orientation };
}

/** Chunks of even length; the last one's filling byte may be missing. */
function* chunks(bytes: Uint8Array, fileLength: number): Generator<Chunk> {
  const view = viewOf(bytes);
  for (let at = 0; at + CHUNK_HEADER_BYTES <= bytes.length; ) {
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    const length = view.getUint32(at + 4, true);
    const from = at + CHUNK_HEADER_BYTES;
    if (from + length > bytes.length) throw truncated(fileLength);
    yield { type, content: bytes.subarray(from, from + length) };
    at = from + length + (length % 2);
  }
}

function readCanvas(content: Uint8Array): Size {
  if (content.length < 10) throw corrupt(`its VP8X chunk has ${content.length} bytes`);
  return { width: 1 + uint24(content, 4), height: 1 + uint24(content, 7) };
}

/** ANMF: position in units of two pixels, size, duration, flags, then the frame's own chunks. */
function readAnimationFrame(content: Uint8Array, fileLength: number, maxPixels: number): WebpFrame {
  if (content.length < 16) throw corrupt(`its ANMF chunk has ${content.length} bytes`);
  for (const { type, content: bitstream } of chunks(content.subarray(16), fileLength)) {
    if (type !== 'VP8 ' && type !== 'VP8L') continue;
    return { ...readFrame(type, bitstream, maxPixels), x: 2 * uint24(content, 0), y: 2 * uint24(content, 3) };
  }
  throw corrupt('its first frame has no picture data');
}

/** The size stands in the bitstream: RFC 6386, section 9.1 (VP8), and RFC 9649, section 3.4 (VP8L). */
function readFrame(type: 'VP8 ' | 'VP8L', bitstream: Uint8Array, maxPixels: number): WebpFrame {
  if (bitstream.length < 10) throw corrupt(`its ${type.trim()} chunk has ${bitstream.length} bytes`);
  const view = viewOf(bitstream);
  let width: number;
  let height: number;
  if (type === 'VP8 ') {
    if (uint24(bitstream, 3) !== 0x2a019d) throw corrupt('its VP8 chunk does not begin with a key frame');
    width = view.getUint16(6, true) & 0x3fff;
    height = view.getUint16(8, true) & 0x3fff;
  } else {
    if (bitstream[0] !== 0x2f) throw corrupt('its VP8L chunk has no signature');
    const packed = view.getUint32(1, true);
    width = 1 + (packed & 0x3fff);
    height = 1 + ((packed >>> 14) & 0x3fff);
  }
  checkDimensions('WebP', width, height, maxPixels);
  return { x: 0, y: 0, width, height, type, bitstream };
}

/** Some writers put JPEG's `Exif`, two zeros, in front. */
function withoutSignature(content: Uint8Array): Uint8Array {
  const signed = String.fromCharCode(...content.subarray(0, 6)) === 'Exif\0\0';
  return signed ? content.subarray(6) : content;
}

function uint24(bytes: Uint8Array, at: number): number {
  return (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function truncated(length: number): ImageError {
  return new ImageError('truncated-image', `WebP: the file ends after ${length} bytes, before the picture does`);
}

function corrupt(reason: string): ImageError {
  return new ImageError('corrupt-image', `WebP: ${reason}`);
}
