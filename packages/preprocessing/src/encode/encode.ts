import { invalidArgument } from '../errors.js';
import type { Image } from '../image.js';

export interface PngOptions {
  readonly format: 'png';
  /** Effort of the compression, 0 (none) to 9; 6 where absent. The pixels are the same at each. */
  readonly level?: number;
}

export interface JpegOptions {
  readonly format: 'jpeg';
  /** 1 to 100; 90 where absent. */
  readonly quality?: number;
  /** `'4:2:0'` halves the colours' resolution in both directions; `'4:4:4'` where absent. */
  readonly subsampling?: '4:4:4' | '4:2:0';
  /** Several scans, coarse to fine, as web pages like it; false where absent. */
  readonly progressive?: boolean;
}

export type EncodeOptions = PngOptions | JpegOptions;

/**
 * Encodes a picture as PNG (without loss) or JPEG, as 8-bit RGB without metadata. Each encoder is loaded when it is first
 * asked for. Throws `invalid-argument` for a picture or options that cannot be, `decoder-unavailable` where the encoder
 * cannot be loaded.
 */
export async function encode(image: Image, options: EncodeOptions): Promise<Uint8Array> {
  checkImage(image);
  switch (options.format) {
    case 'png':
      return (await import('./png.js')).encodePng(image, options);
    case 'jpeg':
      return (await import('./jpeg.js')).encodeJpeg(image, options);
    default:
      throw invalidArgument(`encode writes png and jpeg, got "${String((options as { format?: unknown }).format)}"`);
  }
}

function checkImage({ width, height, data }: Image): void {
  if (width < 1 || height < 1 || data.length !== width * height * 3) {
    throw invalidArgument(`a ${width}x${height} RGB image needs ${width * height * 3} bytes, got ${data.length}`);
  }
}
