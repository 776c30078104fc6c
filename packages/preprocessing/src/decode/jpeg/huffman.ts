import { ImageError } from '../../errors.js';

/** A Huffman table of a JPEG: for every 16 bits that may come, the length of the code they begin with and its symbol. */
export interface HuffmanTable {
  /** length * 256 + symbol; 0 where no code fits. */
  readonly lookup: Uint16Array;
}

/**
 * The tables of a DHT segment (ITU-T T.81, B.2.4.2) by class and number: `class * 16 + number`, each as a function that
 * builds it when it is needed. Throws `corrupt-image`.
 */
export function readHuffmanTables(segment: Uint8Array): Map<number, () => HuffmanTable> {
  const tables = new Map<number, () => HuffmanTable>();
  for (let at = 0; at < segment.length; ) {
    const id = segment[at] as number;
    const counts = segment.subarray(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const symbols = segment.subarray(at + 17, at + 17 + total);
    if (counts.length < 16 || total > 256 || symbols.length < total) throw corrupt();
    let built: HuffmanTable | undefined;
    tables.set(id, () => {
      built ??= buildTable(counts, symbols);
      return built;
    });
    at += 17 + total;
  }
  return tables;
}

/** Codes are counted up within a length and doubled from one to the next (annex C). */
function buildTable(counts: Uint8Array, symbols: Uint8Array): HuffmanTable {
  const lookup = new Uint16Array(65_536);
  let from = 0;
  let next = 0;
  for (let length = 1; length <= 16; length++) {
    const span = 1 << (16 - length);
    for (let i = 0; i < (counts[length - 1] as number); i++) {
      if (from + span > lookup.length) throw corrupt();
      lookup.fill(length * 256 + (symbols[next++] as number), from, from + span);
      from += span;
    }
  }
  return { lookup };
}

function corrupt(): ImageError {
  return new ImageError('corrupt-image', 'JPEG: a Huffman table is impossible');
}
