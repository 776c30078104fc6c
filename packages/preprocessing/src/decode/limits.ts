import { ImageError, invalidArgument } from '../errors.js';

/**
 * Pictures of more pixels are refused from their header alone. The number is the one at which Pillow raises
 * `DecompressionBombError` (twice its MAX_IMAGE_PIXELS), so a picture that Python opens is opened here too; as RGB it
 * is 537 MB. A server that takes pictures from strangers should set less.
 */
export const DEFAULT_MAX_PIXELS = 178_956_970;

export interface DecodeOptions {
  /** Largest accepted width * height; `DEFAULT_MAX_PIXELS` where absent. */
  readonly maxPixels?: number;
  /** Turn the picture as its EXIF orientation says; true where absent. */
  readonly applyOrientation?: boolean;
}

/** Throws `corrupt-image` for an empty picture and `image-too-large` above the limit; call it before allocating. */
export function checkDimensions(format: string, width: number, height: number, maxPixels: number): void {
  if (width < 1 || height < 1) {
    throw new ImageError('corrupt-image', `${format}: the header says ${width}x${height} pixels`);
  }
  if (width * height > maxPixels) {
    throw new ImageError(
      'image-too-large',
      `${format}: the header says ${width}x${height} = ${width * height} pixels, the limit is ${maxPixels} (maxPixels)`,
    );
  }
}

export function resolveMaxPixels(maxPixels: number = DEFAULT_MAX_PIXELS): number {
  if (!(maxPixels >= 1)) throw invalidArgument(`maxPixels must be at least 1, got ${maxPixels}`);
  return maxPixels;
}
