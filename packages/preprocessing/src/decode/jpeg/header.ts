import { ImageError } from '../../errors.js';
import { type Orientation, readOrientation } from '../exif.js';
import { checkDimensions } from '../limits.js';
import { isFrame, isRestart, MARKER, nextMarker } from './markers.js';

/** What the markers of a JPEG say (ITU-T T.81, annex B), read without decoding. */
export interface JpegHeader {
  readonly width: number;
  readonly height: number;
  /** 1 (grey), 3 or 4. */
  readonly components: number;
  /** What Adobe's APP14 marker says of the colours: 0 none, 1 YCbCr, 2 YCCK. */
  readonly adobeTransform: number | undefined;
  /** YCbCr with colours at half the rows and all columns (4:4:0). */
  readonly halvedRows: boolean;
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

/** `Exif`, two zeros; `Adobe`; `JFIF`, a zero. */
const EXIF = [0x45, 0x78, 0x69, 0x66, 0, 0];
const ADOBE = [0x41, 0x64, 0x6f, 0x62, 0x65];

const JFIF = [0x4a, 0x46, 0x49, 0x46, 0];

interface Frame extends Pick<JpegHeader, 'width' | 'height' | 'components'> {
  /** Each component's number, sampling factors and quantisation table. */
  readonly specifications: Uint8Array;
}

/**
 * Walks all markers up to EOI. A file that ends before its EOI is `truncated-image`: libjpeg would fill the missing
 * part with grey and only print a warning, where Pillow raises. Bytes after EOI are ignored.
 */
export function readJpegHeader(bytes: Uint8Array, maxPixels: number): JpegHeader {
  let frame: Frame | undefined;
  let adobeTransform: number | undefined;
  let orientation: Orientation | undefined;
  let jfif = false;
  let scans = 0;
  let firstScan = 0;
  let at = 2;
  while (true) {
    at = nextMarker(bytes, at);
    if (at < 0) throw truncated(bytes);
    const marker = bytes[at - 1] as number;
    if (marker === MARKER.EOI) break;
    if (marker === MARKER.TEM || marker === MARKER.SOI || isRestart(marker)) continue;
    const length = segmentLength(bytes, at);
    const segment = bytes.subarray(at + 2, at + length);
    at += length;
    if (isFrame(marker)) {
      if (frame) throw corrupt('it has two frame headers');
      frame = readFrame(marker, segment);
      checkDimensions('JPEG', frame.width, frame.height, maxPixels);
    } else if (marker === MARKER.APP14 && begins(segment, ADOBE) && segment.length >= 12) {
      adobeTransform = segment[11];
    } else if (marker === MARKER.APP0 && begins(segment, JFIF)) {
      jfif = true;
    } else if (marker === MARKER.APP1 && orientation === undefined && begins(segment, EXIF)) {
      orientation = readOrientation(segment.subarray(6));
    } else if (marker === MARKER.SOS) {
      if (!frame) throw corrupt('its data comes before its frame header');
      if (scans === 0) firstScan = at;
      if (++scans > MAX_SCANS) throw corrupt(`it has more than ${MAX_SCANS} scans`);
    }
  }
  if (!frame || scans === 0) throw corrupt('it ends without any picture data');
  const { width, height, components } = frame;
  if (width * height > (at - firstScan) * MAX_PIXELS_PER_BYTE) {
    throw new ImageError(
      'truncated-image',
      `JPEG: ${at - firstScan} bytes of data cannot hold ${width}x${height} pixels`,
    );
  }
  const halvedRows = isYcc(frame, jfif, adobeTransform) && isHalvedRows(frame);
  return { width, height, components, adobeTransform, halvedRows, orientation: orientation ?? 1 };
}

function segmentLength(bytes: Uint8Array, at: number): number {
  if (at + 2 > bytes.length) throw truncated(bytes);
  const length = ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
  if (length < 2) throw corrupt(`a segment at byte ${at} has length ${length}`);
  if (at + length > bytes.length) throw truncated(bytes);
  return length;
}

function readFrame(marker: number, segment: Uint8Array): Frame {
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
  if (![1, 3, 4].includes(components)) throw unsupported(`${components} colour components`);
  return { height: view.getUint16(1), width: view.getUint16(3), components, specifications: segment.subarray(6) };
}

/** libjpeg's guess (jdapimin.c): three components are YCbCr unless Adobe's marker or their letters say RGB. */
function isYcc({ components, specifications }: Frame, jfif: boolean, adobeTransform: number | undefined): boolean {
  if (components !== 3) return false;
  if (jfif) return true;
  if (adobeTransform !== undefined) return adobeTransform !== 0;
  return String.fromCharCode(...[0, 3, 6].map((at) => specifications[at] ?? 0)) !== 'RGB';
}

function isHalvedRows({ specifications }: Frame): boolean {
  return specifications[1] === 0x12 && specifications[4] === 0x11 && specifications[7] === 0x11;
}

function begins(segment: Uint8Array, signature: readonly number[]): boolean {
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
