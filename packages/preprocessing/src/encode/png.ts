import { zlibSync } from 'fflate';
import { crc32 } from '../decode/png/crc32.js';
import { invalidArgument } from '../errors.js';
import type { Image } from '../image.js';
import type { PngOptions } from './encode.js';
import { filterRows } from './png-filters.js';

const SIGNATURE = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
/** 8 bits, RGB; the only methods there are; not interlaced (W3C PNG specification, 11.2.1). */
const FORMAT = [8, 2, 0, 0, 0];
type Level = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;

export function encodePng(image: Image, { level = 6 }: Omit<PngOptions, 'format'> = {}): Uint8Array {
  if (!Number.isInteger(level) || level < 0 || level > 9) {
    throw invalidArgument(`the level of a PNG is 0 to 9, got ${level}`);
  }
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, image.width);
  view.setUint32(4, image.height);
  header.set(FORMAT, 8);
  const parts = [
    Uint8Array.from(SIGNATURE),
    chunk('IHDR', header),
    chunk('IDAT', zlibSync(filterRows(image), { level: level as Level })),
    chunk('IEND', new Uint8Array(0)),
  ];
  return join(parts);
}

function chunk(type: string, content: Uint8Array): Uint8Array {
  const out = new Uint8Array(content.length + 12);
  const view = new DataView(out.buffer);
  view.setUint32(0, content.length);
  for (let i = 0; i < 4; i++) out[4 + i] = type.charCodeAt(i);
  out.set(content, 8);
  view.setUint32(8 + content.length, crc32(out.subarray(4, 8 + content.length)));
  return out;
}

function join(parts: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
