import { ImageError } from '../errors.js';
import type { Image } from '../image.js';
import { orient } from '../orient.js';
import { type ImageFormat, sniffFormat } from './format.js';
import { type DecodeOptions, resolveMaxPixels } from './limits.js';
import type { Decoded } from './types.js';

type Decoder = (bytes: Uint8Array, maxPixels: number) => Promise<Decoded>;

/** Each decoder is loaded when its first picture comes. */
const decoders: Partial<Record<ImageFormat, () => Promise<Decoder>>> = {
  jpeg: async () => (await import('./jpeg/decode-jpeg.js')).decodeJpeg,
  png: async () => (await import('./png/decode-png.js')).decodePng,
  bmp: async () => (await import('./bmp/decode-bmp.js')).decodeBmp,
  gif: async () => (await import('./gif/decode-gif.js')).decodeGif,
  webp: async () => (await import('./webp/decode-webp.js')).decodeWebp,
};

/**
 * Decodes a picture file to upright 8-bit RGB. The format is told by the bytes. Alpha is dropped without blending and
 * colour profiles are ignored, as Pillow's `Image.open(f).convert("RGB")` and torchvision do.
 *
 * Throws `ImageError`; its `code` says what is wrong. Too large a picture is refused from its header.
 */
export async function decode(bytes: Uint8Array, options: DecodeOptions = {}): Promise<Image> {
  const maxPixels = resolveMaxPixels(options.maxPixels);
  const format = sniffFormat(bytes);
  const load = decoders[format];
  if (!load) {
    const known = Object.keys(decoders).join(', ').toUpperCase();
    throw new ImageError(
      'unsupported-format',
      `${format.toUpperCase()} is not supported; convert it to one of ${known}`,
    );
  }
  const decoder = await load();
  const { image, orientation } = await decoder(bytes, maxPixels);
  return options.applyOrientation === false ? image : orient(image, orientation);
}
