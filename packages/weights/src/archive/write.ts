import { WeightsError } from '../errors.js';
import { crc32 } from './crc32.js';

const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;
const END_BYTES = 22;

/** Field of a local header that is nothing but room, as Android's zipalign and torch write. */
const PADDING_FIELD = 0xd935;

/** Zip without zip64 has 32-bit offsets and a 16-bit count. */
const MAX_BYTES = 2 ** 32 - 1;
const MAX_ENTRIES = 2 ** 16 - 2;

export interface FileToStore {
  readonly name: string;
  /** Its bytes, in pieces that need not be joined first. */
  readonly parts: readonly Uint8Array[];
}

/**
 * A zip archive of stored files, in which each begins at a multiple of `alignment` bytes. All dates are 1980-01-01, so the
 * same files give the same archive. Throws WeightsError `too-large` beyond 4 GB or 65,534 files.
 */
export function writeArchive(files: readonly FileToStore[], alignment = 64): Uint8Array<ArrayBuffer> {
  let size = 0;
  let directorySize = 0;
  const placed = files.map(({ name, parts }) => {
    const nameBytes = new TextEncoder().encode(name);
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const offset = size;
    const unpadded = offset + LOCAL_BYTES + nameBytes.length;
    // A field takes 4 bytes at least.
    const padding = unpadded % alignment === 0 ? 0 : 4 + ((alignment - ((unpadded + 4) % alignment)) % alignment);
    const start = unpadded + padding;
    size = start + length;
    directorySize += CENTRAL_BYTES + nameBytes.length;
    const crc = parts.reduce((previous, part) => crc32(part, previous), 0);
    return { parts, nameBytes, length, offset, padding, start, crc };
  });
  if (files.length > MAX_ENTRIES || size + directorySize > MAX_BYTES) {
    throw new WeightsError(
      'too-large',
      `${files.length} files of ${size} bytes do not go into a zip archive without zip64; write safetensors, or several archives.`,
    );
  }
  const bytes = new Uint8Array(size + directorySize + END_BYTES);
  const view = new DataView(bytes.buffer);
  let central = size;
  for (const { parts, nameBytes, length, offset, padding, start, crc } of placed) {
    const common = { crc, length, nameLength: nameBytes.length };
    view.setUint32(offset, 0x04034b50, true);
    writeCommon(view, offset + 4, common);
    view.setUint16(offset + 28, padding, true);
    bytes.set(nameBytes, offset + LOCAL_BYTES);
    if (padding > 0) {
      view.setUint16(start - padding, PADDING_FIELD, true);
      view.setUint16(start - padding + 2, padding - 4, true);
    }
    let at = start;
    for (const part of parts) {
      bytes.set(part, at);
      at += part.length;
    }
    view.setUint32(central, 0x02014b50, true);
    view.setUint16(central + 4, 20, true);
    writeCommon(view, central + 6, common);
    view.setUint32(central + 42, offset, true);
    bytes.set(nameBytes, central + CENTRAL_BYTES);
    central += CENTRAL_BYTES + nameBytes.length;
  }
  view.setUint32(central, 0x06054b50, true);
  view.setUint16(central + 8, files.length, true);
  view.setUint16(central + 10, files.length, true);
  view.setUint32(central + 12, directorySize, true);
  view.setUint32(central + 16, size, true);
  return bytes;
}

interface Common {
  readonly crc: number;
  readonly length: number;
  readonly nameLength: number;
}

/** What a local header and an entry of the directory have alike. */
function writeCommon(view: DataView, at: number, { crc, length, nameLength }: Common): void {
  view.setUint16(at, 20, true);
  // The name is UTF-8.
  view.setUint16(at + 2, 0x0800, true);
  // Stored; midnight of 1 January 1980.
  view.setUint16(at + 8, 0x21, true);
  view.setUint32(at + 10, crc, true);
  view.setUint32(at + 14, length, true);
  view.setUint32(at + 18, length, true);
  view.setUint16(at + 22, nameLength, true);
}
