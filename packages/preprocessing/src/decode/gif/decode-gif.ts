import { ImageError } from '../../errors.js';
import type { Decoded } from '../types.js';
import { type GifFrame, readGif } from './blocks.js';
import { decodeLzw } from './lzw.js';

/**
 * Decodes the first frame of a GIF onto its canvas, as Pillow does: where the frame does not reach, the transparent
 * colour if there is one, else the first of the palette. Transparency itself is dropped.
 */
export async function decodeGif(bytes: Uint8Array, maxPixels: number): Promise<Decoded> {
  const { canvas, frame } = readGif(bytes, maxPixels);
  const indices = decodeLzw(frame.data, frame.width * frame.height);
  const { width, height } = canvas;
  const data = new Uint8Array(width * height * 3);
  if (frame.width !== width || frame.height !== height) {
    fill(data, colourAt(frame.palette, frame.transparent ?? 0));
  }
  let from = 0;
  for (const y of rowOrder(frame)) {
    paintRow(indices.subarray(from, from + frame.width), frame.palette, data, ((frame.y + y) * width + frame.x) * 3);
    from += frame.width;
  }
  return { image: { width, height, channels: 3, data }, orientation: 1 };
}

/** Interlaced rows come in four passes (GIF89a specification, appendix E). */
function* rowOrder({ height, interlaced }: GifFrame): Generator<number> {
  const passes: readonly [number, number][] = interlaced
    ? [
        [0, 8],
        [4, 8],
        [2, 4],
        [1, 2],
      ]
    : [[0, 1]];
  for (const [first, step] of passes) for (let y = first; y < height; y += step) yield y;
}

function paintRow(indices: Uint8Array, palette: Uint8Array, out: Uint8Array, start: number): void {
  for (let i = 0, to = start; i < indices.length; i++, to += 3) {
    const from = (indices[i] as number) * 3;
    if (from >= palette.length) throw beyond(indices[i] as number, palette);
    out[to] = palette[from] as number;
    out[to + 1] = palette[from + 1] as number;
    out[to + 2] = palette[from + 2] as number;
  }
}

function fill(out: Uint8Array, colour: Uint8Array): void {
  for (let to = 0; to < out.length; to += 3) out.set(colour, to);
}

function colourAt(palette: Uint8Array, index: number): Uint8Array {
  if (index * 3 >= palette.length) throw beyond(index, palette);
  return palette.subarray(index * 3, index * 3 + 3);
}

function beyond(index: number, palette: Uint8Array): ImageError {
  return new ImageError('corrupt-image', `GIF: palette index ${index}, but there are ${palette.length / 3} colours`);
}
