import type { Image } from '../image.js';

/** What the codecs of jSquash make and take: RGBA, row by row. */
export interface RgbaImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray | Uint8Array;
}

/**
 * The codecs build their results with the global `ImageData`, and their glue defines one in Node. A library should not
 * leave such a global behind (others take it for a sign of a browser), so it exists only while a codec runs.
 */
export function withImageData<T>(run: () => T): T {
  const scope = globalThis as { ImageData?: unknown };
  if (scope.ImageData) return run();
  scope.ImageData = class {
    constructor(
      readonly data: Uint8ClampedArray,
      readonly width: number,
      readonly height: number,
    ) {}
  };
  try {
    return run();
  } finally {
    delete scope.ImageData;
  }
}

/** Alpha is dropped, not blended. */
export function dropAlpha({ width, height, data: rgba }: RgbaImage): Image {
  const rgb = new Uint8Array((rgba.length / 4) * 3);
  for (let from = 0, to = 0; from < rgba.length; from += 4, to += 3) {
    rgb[to] = rgba[from] as number;
    rgb[to + 1] = rgba[from + 1] as number;
    rgb[to + 2] = rgba[from + 2] as number;
  }
  return { width, height, channels: 3, data: rgb };
}

/** The picture with an alpha of 255. */
export function addAlpha({ data: rgb }: Image): Uint8Array {
  const rgba = new Uint8Array((rgb.length / 3) * 4);
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    rgba[to] = rgb[from] as number;
    rgba[to + 1] = rgb[from + 1] as number;
    rgba[to + 2] = rgb[from + 2] as number;
    rgba[to + 3] = 255;
  }
  return rgba;
}
