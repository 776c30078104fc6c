import { ImageError } from '../../errors.js';
import type { GifData } from './blocks.js';

const MAX_CODE_BITS = 12;
const MAX_CODES = 2 ** MAX_CODE_BITS;

/**
 * The palette indices of `count` pixels (GIF89a specification, appendix F: LZW with codes of 3 to 12 bits, from the
 * lowest bit up). A full table stays as it is until the data clears it. Codes behind the last pixel are not looked at.
 *
 * Throws `corrupt-image` for a code that cannot be yet, `truncated-image` where the codes end before the pixels do.
 */
export function decodeLzw({ codeBits, bytes }: GifData, count: number): Uint8Array {
  if (codeBits < 2 || codeBits > 8) throw corrupt(`codes that begin with ${codeBits} bits`);
  const clear = 2 ** codeBits;
  const end = clear + 1;
  // A code's pixels are those of its prefix and one more.
  const prefix = new Uint16Array(MAX_CODES);
  const last = new Uint8Array(MAX_CODES);
  const length = new Uint16Array(MAX_CODES).fill(1, 0, clear);
  for (let i = 0; i < clear; i++) last[i] = i;
  const out = new Uint8Array(count);
  let filled = 0;
  let next = end + 1;
  let bits = codeBits + 1;
  let previous = -1;
  let at = 0;
  let buffer = 0;
  let available = 0;
  while (filled < count) {
    while (available < bits) {
      if (at >= bytes.length) throw truncated(filled, count);
      buffer |= (bytes[at++] as number) << available;
      available += 8;
    }
    const code = buffer & ((1 << bits) - 1);
    buffer >>>= bits;
    available -= bits;
    if (code === clear) {
      next = end + 1;
      bits = codeBits + 1;
      previous = -1;
      continue;
    }
    if (code === end) throw truncated(filled, count);
    if (code > next || (code === next && previous < 0) || (previous < 0 && code > end)) {
      throw corrupt(`code ${code}, but there are ${next}`);
    }
    // The code that is just being made is the previous one and its own first pixel again.
    const source = code === next ? previous : code;
    const size = (length[source] as number) + (code === next ? 1 : 0);
    let position = filled + size - 1;
    let first = source;
    if (code === next) position--;
    for (let walk = source; ; walk = prefix[walk] as number) {
      if (position < count) out[position] = last[walk] as number;
      position--;
      first = walk;
      if (length[walk] === 1) break;
    }
    const firstPixel = last[first] as number;
    if (code === next && filled + size - 1 < count) out[filled + size - 1] = firstPixel;
    filled += size;
    if (previous >= 0 && next < MAX_CODES) {
      prefix[next] = previous;
      last[next] = firstPixel;
      length[next] = (length[previous] as number) + 1;
      next++;
      if (next === 1 << bits && bits < MAX_CODE_BITS) bits++;
    }
    previous = code;
  }
  return out;
}

function truncated(filled: number, count: number): ImageError {
  return new ImageError('truncated-image', `GIF: its data ends after ${filled} of ${count} pixels`);
}

function corrupt(reason: string): ImageError {
  return new ImageError('corrupt-image', `GIF: ${reason}`);
}
