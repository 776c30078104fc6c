import { createImage, type Image } from '../../src/index.js';

/** The synthetic pictures of the goldens (goldens/README.md, section 4). */
export function syntheticImage(kind: string, height: number, width: number): Image {
  return kind === 'hash' ? hashImage(height, width) : smoothImage(height, width);
}

function hashImage(height: number, width: number): Image {
  const image = createImage(height, width);
  const seed = crc32('image');
  for (let i = 0; i < image.data.length; i++) {
    let h = (seed + Math.imul(i, 0x9e3779b1)) | 0;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    image.data[i] = ((h ^ (h >>> 16)) >>> 24) & 255;
  }
  return image;
}

function crc32(text: string): number {
  let c = -1;
  for (const byte of new TextEncoder().encode(text)) {
    c ^= byte;
    for (let bit = 0; bit < 8; bit++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  }
  return ~c;
}

function triangle(t: number, period: number): number {
  const m = t % (2 * period);
  return Math.floor(((m < period ? m : 2 * period - m) * 255) / period);
}

function smoothImage(height: number, width: number): Image {
  const image = createImage(height, width);
  let i = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const blue = triangle(Math.floor((x * x) / 64) + 5 * y, 143);
      image.data[i++] = triangle(3 * x + y, 97);
      image.data[i++] = triangle(2 * y + 40, 61);
      image.data[i++] = (Math.floor(x / 16) + Math.floor(y / 16)) % 5 === 0 ? 255 - blue : blue;
    }
  }
  return image;
}
