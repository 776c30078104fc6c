import { invalidArgument } from './errors.js';

/**
 * A decoded picture: 8-bit RGB, interleaved, row by row (HWC), so `data.length === height * width * 3`.
 * Alpha is gone (dropped, not blended), the orientation is applied, and no colour profile is.
 */
export interface Image {
  readonly width: number;
  readonly height: number;
  readonly channels: 3;
  readonly data: Uint8Array;
}

/** Height and width in pixels. */
export interface Size {
  readonly height: number;
  readonly width: number;
}

/** Wraps RGB bytes; throws `invalid-argument` where their number is not height * width * 3. */
export function createImage(height: number, width: number, data?: Uint8Array): Image {
  checkSize('image', { height, width });
  const length = height * width * 3;
  const pixels = data ?? new Uint8Array(length);
  if (pixels.length !== length) {
    throw invalidArgument(`a ${width}x${height} RGB image needs ${length} bytes, got ${pixels.length}`);
  }
  return { width, height, channels: 3, data: pixels };
}

export function checkSize(what: string, { height, width }: Size): void {
  if (!(Number.isInteger(height) && Number.isInteger(width) && height > 0 && width > 0)) {
    throw invalidArgument(`${what}: height and width must be positive integers, got ${height} and ${width}`);
  }
}
