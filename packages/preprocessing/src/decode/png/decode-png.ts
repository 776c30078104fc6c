import { ImageError } from '../../errors.js';
import type { Image } from '../../image.js';
import type { Decoded } from '../types.js';
import { type PngChunks, type PngHeader, readPngChunks } from './chunks.js';
import { checkDataLength, type Pass, ScanlineReader } from './scanlines.js';

/**
 * Decodes a PNG of any colour type and depth, interlaced or not. Values are Pillow's `convert("RGB")`: alpha and
 * transparent colours are dropped without blending, 16-bit samples keep their high byte (for 16-bit grey Pillow clips
 * at 255 instead, which is of no use), gamma and colour profiles are ignored.
 */
export async function decodePng(bytes: Uint8Array, maxPixels: number): Promise<Decoded> {
  const chunks = readPngChunks(bytes, maxPixels);
  return { image: readPixels(chunks), orientation: chunks.orientation };
}

function readPixels({ header, palette, data }: PngChunks): Image {
  checkDataLength(header, data);
  const { width, height } = header;
  const out = new Uint8Array(width * height * 3);
  const write = rowWriter(header, palette);
  const reader = new ScanlineReader(header, (row, y, pass) => {
    write(row, out, (y * width + pass.x) * 3, countPixels(width, pass), pass.stepX * 3);
  });
  reader.read(data);
  return { width, height, channels: 3, data: out };
}

function countPixels(width: number, { x, stepX }: Pass): number {
  return Math.ceil((width - x) / stepX);
}

/** Writes `count` pixels of a row as RGB from `to` on, `step` bytes from one pixel to the next. */
type RowWriter = (row: Uint8Array, out: Uint8Array, to: number, count: number, step: number) => void;

function rowWriter({ colour, samples, depth }: PngHeader, palette: Uint8Array | undefined): RowWriter {
  if (depth < 8) return packedWriter(depth, palette ?? greyRamp(depth));
  if (colour === 'palette') return packedWriter(8, palette as Uint8Array);
  // The high byte of a 16-bit sample comes first, so only the distances differ.
  const sampleBytes = depth / 8;
  const pixelBytes = samples * sampleBytes;
  const green = samples >= 3 ? sampleBytes : 0;
  const blue = 2 * green;
  return (row, out, start, count, step) => {
    for (let i = 0, from = 0, to = start; i < count; i++, from += pixelBytes, to += step) {
      out[to] = row[from] as number;
      out[to + 1] = row[from + green] as number;
      out[to + 2] = row[from + blue] as number;
    }
  };
}

/** Pixels of 1, 2, 4 or 8 bits that are indices into a table of RGB triples. */
function packedWriter(depth: number, table: Uint8Array): RowWriter {
  const perByte = 8 / depth;
  const mask = 2 ** depth - 1;
  return (row, out, start, count, step) => {
    for (let i = 0, to = start; i < count; i++, to += step) {
      const byte = row[Math.floor(i / perByte)] as number;
      const index = (byte >> (8 - depth * ((i % perByte) + 1))) & mask;
      const from = index * 3;
      if (from >= table.length) {
        throw new ImageError('corrupt-image', `PNG: palette index ${index}, but there are ${table.length / 3} colours`);
      }
      out[to] = table[from] as number;
      out[to + 1] = table[from + 1] as number;
      out[to + 2] = table[from + 2] as number;
    }
  };
}

/** Grey of fewer than 8 bits, spread over 0..255. */
function greyRamp(depth: number): Uint8Array {
  const steps = 2 ** depth - 1;
  return Uint8Array.from({ length: 3 * (steps + 1) }, (_, i) => (Math.floor(i / 3) * 255) / steps);
}
