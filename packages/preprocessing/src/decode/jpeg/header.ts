import { ImageError } from '../../errors.js';
import { type Orientation, readOrientation } from '../exif.js';
import { checkDimensions } from '../limits.js';

/** What the markers of a JPEG say (ITU-T T.81, annex B), read without decoding. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  readonly orientation: Orientation;
}

/**
 * A progressive file may ask for the whole picture to be gone through once per scan, so a small file with thousands
 * of scans is a way to keep a decoder busy for hours. Encoders write about 10 (mozjpeg up to 64); libjpeg-turbo's own
 * fuzzers stop at 500.
 */
const MAX_SCANS = 100;

/**
 * Every minimal coded unit (at most 32x32 pixels) takes at least one bit of entropy-coded data, so a byte of it cannot
 * hold more pixels than these. A short file with large dimensions is refused before anything is allocated.
 */
const MAX_PIXELS_PER_BYTE = 32 * 32 * 8;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP1 = 0xe1;
const TEM = 0x01;

/**
 * Walks all markers up to EOI. A file that ends before its EOI is `truncated-image`: libjpeg would fill the missing
 * part with grey and only print a warning, where Pillow raises. Bytes after EOI are ignored.
 */
export function readJpegHeader(bytes: Uint8Array, maxPixels: number): JpegHeader {
  let frame: Omit<JpegHeader, 'orientation'> | undefined;
  let orientation: Orientation | undefined;
  let scans = 0;
  let firstScan = 0;
  let at = 2;
  while (true) {
    at = nextMarker(bytes, at);
    const marker = bytes[at - 1] as number;
    if (marker === EOI) break;
    if (marker === TEM || marker === SOI || isRestart(marker)) continue;
    const length = segmentLength(bytes, at);
    const segment = bytes.subarray(at + 2, at + length);
    at += length;
    if (isFrame(marker)) {
      if (frame) throw corrupt('it has two frame headers');
      frame = readFrame(marker, segment);
      checkDimensions('JPEG', frame.width, frame.height, maxPixels);
    } else if (marker === APP1 && orientation === undefined && isExif(segment)) {
      orientation = readOrientation(segment.subarray(6));
    } else if (marker === SOS) {
      if (!frame) throw corrupt('its data comes before its frame header');
      if (scans === 0) firstScan = at;
      if (++scans > MAX_SCANS) throw corrupt(`it has more than ${MAX_SCANS} scans`);
    }
  }
  if (!frame || scans === 0) throw corrupt('it ends without any picture data');
  const { width, height } = frame;
  if (width * height > (at - firstScan) * MAX_PIXELS_PER_BYTE) {
    throw new ImageError(
      'truncated-image',
      `JPEG: ${at - firstScan} bytes of data cannot hold ${width}x${height} pixels`,
    );
  }
  return { ...frame, orientation: orientation ?? 1 };
}

/** The position after the next marker code from `at`. Entropy-coded data and stray bytes are passed over. */
function nextMarker(bytes: Uint8Array, at: number): number {
  let position = at;
  while (true) {
    position = bytes.indexOf(0xff, position);
    if (position < 0) throw truncated(bytes);
    while (bytes[position] === 0xff) position++;
    if (position >= bytes.length) throw truncated(bytes);
    // FF 00 is a data byte of FF.
    if (bytes[position++] !== 0) return position;
  }
}

function segmentLength(bytes: Uint8Array, at: number): number {
  if (at + 2 > bytes.length) throw truncated(bytes);
  const length = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (length < 2) throw corrupt(`a segment at byte ${at} has length ${length}`);
  if (at + length > bytes.length) throw truncated(bytes);
  return length;
}

function isRestart(marker: number): boolean {
  return marker >= 0xd0 && marker <= 0xd7;
}

/** SOF0..SOF15 without DHT (C4), JPG (C8) and DAC (CC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

function readFrame(marker: number, segment: Uint8Array): Omit<JpegHeader, 'orientation'> {
  if (segment.length < 6) throw corrupt(`its frame header has ${segment.length} bytes`);
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const precision = view.getUint8(0);
  const components = view.getUint8(5);
  // Baseline, extended sequential and progressive, all with Huffman coding.
  if (marker > 0xc2) {
    const kind = marker >= 0xc9 ? 'arithmetic coding' : 'lossless or hierarchical coding';
    throw unsupported(`${kind} (frame type SOF${marker - 0xc0})`);
  }
  if (precision !== 8) throw unsupported(`${precision} bits per sample`);
  if (components === 4) throw unsupported('CMYK or YCCK colours');
  if (components !== 1 && components !== 3) throw unsupported(`${components} colour components`);
  return { height: view.getUint16(1), width: view.getUint16(3), components };
}

function isExif(segment: Uint8Array): boolean {
  const signature = [0x45, 0x78, 0x69, 0x66, 0, 0]; // "Exif", two zeros
  return signature.every((byte, i) => segment[i] === byte);
}

function truncated(bytes: Uint8Array): ImageError {
  return new ImageError('truncated-image', `JPEG: the file ends after ${bytes.length} bytes, before the picture does`);
}

function corrupt(reason: string): ImageError {
  return new ImageError('corrupt-image', `JPEG: ${reason}`);
}

function unsupported(what: string): ImageError {
  return new ImageError('unsupported-format', `JPEG with ${what} is not supported; convert it to an ordinary RGB JPEG`);
}
