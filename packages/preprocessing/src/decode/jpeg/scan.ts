import { ImageError } from '../../errors.js';
import { BitReader, type BitWriter } from './bits.js';
import type { HuffmanTable } from './huffman.js';

export interface ScanComponent {
  /** Blocks of 8x8 samples in a minimal coded unit. */
  readonly blocks: number;
  /** Whether its blocks are copied, or passed over. */
  readonly kept: boolean;
  readonly dc: HuffmanTable | undefined;
  readonly ac: HuffmanTable | undefined;
}

/** A scan of several components; `units` are minimal coded units, and 0 as `restartInterval` means that there are no restarts. */
export interface InterleavedScan {
  readonly kind: 'sequential' | 'dc-first' | 'dc-refine';
  readonly units: number;
  readonly restartInterval: number;
  readonly components: readonly ScanComponent[];
}

/** Copies the blocks of the kept components, code by code (ITU-T T.81, F.1.2 and G.1.2.1). */
export function copyScan(bytes: Uint8Array, at: number, out: BitWriter, scan: InterleavedScan): void {
  const { units, restartInterval, components } = scan;
  const reader = new BitReader(bytes, at);
  for (let unit = 0; unit < units; unit++) {
    if (restartInterval > 0 && unit > 0 && unit % restartInterval === 0) {
      const code = reader.restart();
      if (code === undefined) throw new ImageError('truncated-image', 'JPEG: a restart marker is missing');
      out.align();
      out.raw([0xff, code]);
    }
    for (const { blocks, kept, dc, ac } of components) {
      const target = kept ? out : undefined;
      for (let block = 0; block < blocks; block++) {
        if (dc) copyCoefficient(reader, dc, target);
        else copyBits(reader, 1, target);
        if (ac) copyAc(reader, ac, target);
      }
    }
  }
  out.align();
}

function copyAc(reader: BitReader, table: HuffmanTable, out: BitWriter | undefined): void {
  for (let k = 1; k < 64; k++) {
    const symbol = copyCoefficient(reader, table, out);
    const zeros = symbol >> 4;
    // A size of 0 is the end of the block, or 16 zeros.
    if ((symbol & 15) === 0 && zeros !== 15) return;
    k += zeros;
  }
}

/** A code and the bits whose number is its symbol's low half; the symbol. */
function copyCoefficient(reader: BitReader, { lookup }: HuffmanTable, out: BitWriter | undefined): number {
  const entry = lookup[reader.peek16()] as number;
  if (entry === 0) throw new ImageError('corrupt-image', 'JPEG: a Huffman code that no table has');
  const symbol = entry & 0xff;
  copyBits(reader, entry >> 8, out);
  copyBits(reader, symbol & 15, out);
  return symbol;
}

function copyBits(reader: BitReader, count: number, out: BitWriter | undefined): void {
  const bits = reader.take(count);
  out?.put(bits, count);
}
