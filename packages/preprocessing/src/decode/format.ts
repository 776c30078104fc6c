import { ImageError } from '../errors.js';

/** Picture formats that are told apart by their first bytes; only some of them are decoded. */
export type ImageFormat =
  | 'jpeg'
  | 'png'
  | 'bmp'
  | 'gif'
  | 'webp'
  | 'tiff'
  | 'avif'
  | 'heic'
  | 'jpeg-xl'
  | 'jpeg-2000'
  | 'ico';

/** The first bytes of each format; `null` stands for any byte. */
const SIGNATURES: readonly (readonly [ImageFormat, readonly (number | null)[]])[] = [
  ['jpeg', [0xff, 0xd8, 0xff]],
  ['png', [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]],
  ['bmp', ascii('BM')],
  ['gif', ascii('GIF8')],
  ['webp', [...ascii('RIFF'), null, null, null, null, ...ascii('WEBP')]],
  ['tiff', [0x49, 0x49, 0x2a, 0x00]],
  ['tiff', [0x4d, 0x4d, 0x00, 0x2a]],
  ['avif', [null, null, null, null, ...ascii('ftypavif')]],
  ['heic', [null, null, null, null, ...ascii('ftyphei')]],
  ['heic', [null, null, null, null, ...ascii('ftypmif1')]],
  ['jpeg-xl', [0xff, 0x0a]],
  ['jpeg-xl', [0x00, 0x00, 0x00, 0x0c, ...ascii('JXL ')]],
  ['jpeg-2000', [0x00, 0x00, 0x00, 0x0c, ...ascii('jP  ')]],
  ['jpeg-2000', [0xff, 0x4f, 0xff, 0x51]],
  ['ico', [0x00, 0x00, 0x01, 0x00]],
];

function ascii(text: string): number[] {
  return Array.from(text, (character) => character.charCodeAt(0));
}

/**
 * The format that the bytes begin with, whatever the file was called.
 * Throws `empty-file`, `truncated-image` (a beginning of a signature and nothing more) or `not-an-image`.
 */
export function sniffFormat(bytes: Uint8Array): ImageFormat {
  if (bytes.length === 0) throw new ImageError('empty-file', 'the file is empty (0 bytes)');
  for (const [format, signature] of SIGNATURES) {
    if (signature.every((byte, i) => byte === null || byte === bytes[i])) return format;
  }
  if (isPrefix(bytes, 'jpeg') || isPrefix(bytes, 'png')) {
    throw new ImageError('truncated-image', `the file ends after ${bytes.length} bytes, within its signature`);
  }
  throw new ImageError('not-an-image', `not a picture: the file begins with ${preview(bytes)}`);
}

function isPrefix(bytes: Uint8Array, format: ImageFormat): boolean {
  const signature = SIGNATURES.find(([name]) => name === format)?.[1] ?? [];
  return bytes.length < signature.length && bytes.every((byte, i) => byte === signature[i]);
}

/** The first bytes as text where they are text (an HTML error page, say), else in hexadecimal. */
function preview(bytes: Uint8Array): string {
  const head = bytes.subarray(0, 12);
  if (head.every((byte) => byte >= 0x20 && byte < 0x7f)) return JSON.stringify(String.fromCharCode(...head));
  return `bytes ${Array.from(head, (byte) => byte.toString(16).padStart(2, '0')).join(' ')}`;
}
