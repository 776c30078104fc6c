import { ImageError } from '../../errors.js';
import { type Orientation, readOrientation } from '../exif.js';
import { checkDimensions } from '../limits.js';
import { crc32 } from './crc32.js';

/** Colour types of PNG (W3C PNG specification, 11.2.1): how many samples a pixel has and which bit depths they may have. */
const COLOUR_TYPES = {
  0: { name: 'grey', samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { name: 'rgb', samples: 3, depths: [8, 16] },
  3: { name: 'palette', samples: 1, depths: [1, 2, 4, 8] },
  4: { name: 'grey-alpha', samples: 2, depths: [8, 16] },
  6: { name: 'rgba', samples: 4, depths: [8, 16] },
} as const;

export interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly colour: (typeof COLOUR_TYPES)[keyof typeof COLOUR_TYPES]['name'];
  readonly samples: number;
  readonly depth: number;
  readonly interlaced: boolean;
}

/** A PNG taken apart, nothing decompressed yet. */
export interface PngChunks {
  readonly header: PngHeader;
  /** RGB triples; present where the colour is `'palette'`. */
  readonly palette: Uint8Array | undefined;
  /** The contents of the IDAT chunks, in order; together one zlib stream. */
  readonly data: readonly Uint8Array[];
  readonly orientation: Orientation;
}

const SIGNATURE_BYTES = 8;
/** Length, type and checksum around the content of a chunk. */
const CHUNK_OVERHEAD = 12;

/**
 * Walks the chunks up to IEND and verifies every checksum, the header's dimensions before anything else. Bytes after
 * IEND are ignored, and so are the chunks that say how colours are to be shown (gAMA, iCCP, sRGB, tRNS ...).
 */
export function readPngChunks(bytes: Uint8Array, maxPixels: number): PngChunks {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let header: PngHeader | undefined;
  let palette: Uint8Array | undefined;
  let orientation: Orientation = 1;
  const data: Uint8Array[] = [];
  for (let at = SIGNATURE_BYTES; ; ) {
    if (at + CHUNK_OVERHEAD > bytes.length) throw truncated(bytes);
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (!/^[A-Za-z]{4}$/.test(type)) throw corrupt(`there is no chunk at byte ${at}`);
    if (at + CHUNK_OVERHEAD + length > bytes.length) throw truncated(bytes);
    const content = bytes.subarray(at + 8, at + 8 + length);
    if (crc32(bytes.subarray(at + 4, at + 8 + length)) !== view.getUint32(at + 8 + length)) {
      throw corrupt(`chunk ${type} at byte ${at} has a wrong checksum`);
    }
    at += CHUNK_OVERHEAD + length;
    if (!header) {
      if (type !== 'IHDR') throw corrupt(`its first chunk is ${type}, not IHDR`);
      header = readHeader(content, maxPixels);
    } else if (type === 'IEND') {
      break;
    } else if (type === 'IDAT') {
      data.push(content);
    } else if (type === 'PLTE') {
      if (palette || length === 0 || length % 3 !== 0 || length > 768) throw corrupt(`its palette has ${length} bytes`);
      palette = content;
    } else if (type === 'eXIf') {
      orientation = readOrientation(content);
    } else if (isCritical(type)) {
      throw new ImageError('unsupported-format', `PNG: chunk ${type} is needed to read it and is not known here`);
    }
  }
  if (header.colour === 'palette' && !palette) throw corrupt('its palette is missing');
  if (data.length === 0) throw corrupt('it has no picture data (no IDAT chunk)');
  return { header, palette, data, orientation };
}

function readHeader(content: Uint8Array, maxPixels: number): PngHeader {
  if (content.length !== 13) throw corrupt(`its header has ${content.length} bytes, expected 13`);
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const width = view.getUint32(0);
  const height = view.getUint32(4);
  const depth = view.getUint8(8);
  const type = view.getUint8(9);
  const interlace = view.getUint8(12);
  checkDimensions('PNG', width, height, maxPixels);
  const colour = COLOUR_TYPES[type as keyof typeof COLOUR_TYPES];
  if (!colour || !(colour.depths as readonly number[]).includes(depth)) {
    throw corrupt(`colour type ${type} with ${depth} bits does not exist`);
  }
  if (view.getUint8(10) !== 0 || view.getUint8(11) !== 0 || interlace > 1) {
    throw corrupt(`its compression, filter or interlace method is unknown (${content.subarray(10).join(', ')})`);
  }
  return { width, height, colour: colour.name, samples: colour.samples, depth, interlaced: interlace === 1 };
}

/** An upper-case first letter: a reader that does not know the chunk cannot show the picture. */
function isCritical(type: string): boolean {
  return type < 'a';
}

function truncated(bytes: Uint8Array): ImageError {
  return new ImageError('truncated-image', `PNG: the file ends after ${bytes.length} bytes, before the picture does`);
}

function corrupt(reason: string): ImageError {
  return new ImageError('corrupt-image', `PNG: ${reason}`);
}
