import { createImage, type Image } from '../../image.js';

/** Sends every byte through the table of its channel: 256 results each of red, green and blue (768 values). */
export function applyTables(image: Image, tables: Uint8Array): Image {
  const out = createImage(image.height, image.width);
  const { data: from } = image;
  const { data: to } = out;
  for (let i = 0; i < from.length; i += 3) {
    to[i] = tables[from[i] as number] as number;
    to[i + 1] = tables[256 + (from[i + 1] as number)] as number;
    to[i + 2] = tables[512 + (from[i + 2] as number)] as number;
  }
  return out;
}

/** One table for all three channels. */
export function sameForAll(entry: (value: number) => number): Uint8Array {
  const tables = new Uint8Array(768);
  for (let value = 0; value < 256; value++) tables[value] = entry(value);
  tables.copyWithin(256, 0, 256);
  tables.copyWithin(512, 0, 256);
  return tables;
}

/** How often each value occurs in each channel: 3 * 256 counts. */
export function histogram({ data }: Image): Uint32Array {
  const counts = new Uint32Array(768);
  for (let i = 0; i < data.length; i += 3) {
    const red = data[i] as number;
    const green = 256 + (data[i + 1] as number);
    const blue = 512 + (data[i + 2] as number);
    counts[red] = (counts[red] as number) + 1;
    counts[green] = (counts[green] as number) + 1;
    counts[blue] = (counts[blue] as number) + 1;
  }
  return counts;
}
