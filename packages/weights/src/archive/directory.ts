import type { ByteSource } from '../byte-source.js';
import { WeightsError, type WeightsErrorCode } from '../errors.js';
import { MAX_TENSORS } from '../limits.js';

/** Most bytes of a central directory that are read; 100,000 entries with names of 100 characters take 15 MB. */
const MAX_DIRECTORY_BYTES = 16_000_000;

/** End record and the longest comment that may follow it. */
const END_BYTES = 22;
const MAX_COMMENT = 65_535;

const END = 0x06054b50;
const END_64_LOCATOR = 0x07064b50;
const END_64 = 0x06064b50;
const CENTRAL = 0x02014b50;
export const LOCAL = 0x04034b50;
export const LOCAL_BYTES = 30;
const CENTRAL_BYTES = 46;

/** A file in a zip archive, as the central directory has it. */
export interface ZipEntry {
  readonly name: string;
  /** 0 stored, 8 deflated. */
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Of its local header, from the start of the archive. */
  readonly offset: number;
  /** What entries that follow leave to it: local header, name and data end before. */
  readonly limit: number;
}

interface End {
  readonly count: number;
  readonly size: number;
  readonly offset: number;
}

/**
 * The central directory of a zip archive (APPNOTE 6.3.10, with zip64), checked: names once, no two entries over the same
 * bytes, everything inside the file. Encrypted, split and unknown compressions are refused.
 */
export async function readDirectory(source: ByteSource): Promise<ReadonlyMap<string, ZipEntry>> {
  const fail = failure(source.name);
  const end = await findEnd(source);
  if (end.count > MAX_TENSORS || end.size > MAX_DIRECTORY_BYTES) {
    return fail(
      'too-large',
      `its directory claims ${end.count} entries and ${end.size} bytes; up to ${MAX_TENSORS} and ${MAX_DIRECTORY_BYTES} are read`,
    );
  }
  if (end.offset + end.size > source.size) fail('truncated', 'its directory lies beyond its end; fetch it again');
  const bytes = await source.read(end.offset, end.size);
  const entries = parseEntries(bytes, end, fail);
  return withLimits(entries, end.offset, fail);
}

export type Fail = (code: WeightsErrorCode, message: string) => never;
export const failure =
  (file: string): Fail =>
  (code, message) => {
    throw new WeightsError(code, `${file} cannot be read as a zip archive: ${message}.`);
  };

export const dataView = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

async function findEnd(source: ByteSource): Promise<End> {
  const fail = failure(source.name);
  const length = Math.min(source.size, END_BYTES + MAX_COMMENT);
  const start = source.size - length;
  const view = dataView(await source.read(start, length));
  let at = length - END_BYTES;
  // The comment must reach exactly to the end, so that a signature inside it is not taken for the record.
  while (at >= 0 && !(view.getUint32(at, true) === END && at + END_BYTES + view.getUint16(at + 20, true) === length))
    at--;
  if (at < 0) return fail('truncated', 'it has no directory at its end; it is cut short, fetch it again');
  if (view.getUint16(at + 4, true) !== 0 && view.getUint16(at + 4, true) !== 0xffff) {
    fail('bad-header', 'it is one of several parts');
  }
  const end: End = {
    count: view.getUint16(at + 10, true),
    size: view.getUint32(at + 12, true),
    offset: view.getUint32(at + 16, true),
  };
  const large = end.count === 0xffff || end.size === 0xffffffff || end.offset === 0xffffffff;
  return large ? ((await findEnd64(source, start + at)) ?? end) : end;
}

/** The record of zip64, which a locator right before the end record points at. */
async function findEnd64(source: ByteSource, endOffset: number): Promise<End | undefined> {
  if (endOffset < 20) return undefined;
  const locator = dataView(await source.read(endOffset - 20, 20));
  if (locator.getUint32(0, true) !== END_64_LOCATOR) return undefined;
  const fail = failure(source.name);
  const at = Number(locator.getBigUint64(8, true));
  if (!(at + 56 <= endOffset)) return fail('bad-header', 'its zip64 record lies beyond its end');
  const record = dataView(await source.read(at, 56));
  if (record.getUint32(0, true) !== END_64) return fail('bad-header', 'its zip64 record is none');
  return {
    count: Number(record.getBigUint64(32, true)),
    size: Number(record.getBigUint64(40, true)),
    offset: Number(record.getBigUint64(48, true)),
  };
}

type Parsed = Omit<ZipEntry, 'limit'> & { readonly nameBytes: number };

function parseEntries(bytes: Uint8Array, { count }: End, fail: Fail): readonly Parsed[] {
  const view = dataView(bytes);
  const entries: Parsed[] = [];
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + CENTRAL_BYTES > bytes.length || view.getUint32(at, true) !== CENTRAL) {
      return fail('bad-header', `entry ${i} of ${count} in its directory is damaged`);
    }
    const nameBytes = view.getUint16(at + 28, true);
    const extraBytes = view.getUint16(at + 30, true);
    const length = CENTRAL_BYTES + nameBytes + extraBytes + view.getUint16(at + 32, true);
    if (at + length > bytes.length) return fail('bad-header', `entry ${i} of ${count} in its directory is cut short`);
    const nameEnd = at + CENTRAL_BYTES + nameBytes;
    const name = new TextDecoder().decode(bytes.subarray(at + CENTRAL_BYTES, nameEnd));
    const flags = view.getUint16(at + 8, true);
    const method = view.getUint16(at + 10, true);
    if (flags & 1) fail('bad-header', `"${clip(name)}" is encrypted`);
    if (method !== 0 && method !== 8) {
      fail('bad-header', `"${clip(name)}" is compressed by method ${method}; stored (0) and deflated (8) are read`);
    }
    const sizes = {
      size: view.getUint32(at + 24, true),
      compressedSize: view.getUint32(at + 20, true),
      offset: view.getUint32(at + 42, true),
    };
    widen(sizes, dataView(bytes.subarray(nameEnd, nameEnd + extraBytes)));
    if (method === 0 && sizes.size !== sizes.compressedSize) {
      fail('bad-header', `"${clip(name)}" is stored, but states two different sizes`);
    }
    entries.push({ name, method, crc: view.getUint32(at + 16, true), nameBytes, ...sizes });
    at += length;
  }
  return entries;
}

export const clip = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}...` : text);

/** Takes from the zip64 field (1), in this order, what does not fit 32 bits. */
function widen(sizes: { size: number; compressedSize: number; offset: number }, extra: DataView): void {
  for (let at = 0; at + 4 <= extra.byteLength; ) {
    const end = at + 4 + extra.getUint16(at + 2, true);
    if (extra.getUint16(at, true) === 1) {
      let value = at + 4;
      for (const key of ['size', 'compressedSize', 'offset'] as const) {
        if (sizes[key] !== 0xffffffff || value + 8 > Math.min(end, extra.byteLength)) continue;
        sizes[key] = Number(extra.getBigUint64(value, true));
        value += 8;
      }
    }
    at = end;
  }
}

/** Entries that share bytes are how a small archive unpacks to petabytes, and no writer makes them. */
function withLimits(entries: readonly Parsed[], directory: number, fail: Fail): ReadonlyMap<string, ZipEntry> {
  const sorted = [...entries].sort((a, b) => a.offset - b.offset);
  const limits = new Map(sorted.map((entry, i) => [entry, sorted[i + 1]?.offset ?? directory]));
  const result = new Map<string, ZipEntry>();
  // In the directory's order, which is the writer's.
  for (const entry of entries) {
    const { nameBytes, ...rest } = entry;
    const limit = limits.get(entry) ?? directory;
    if (!(entry.offset + LOCAL_BYTES + nameBytes + entry.compressedSize <= limit)) {
      fail('bad-offsets', `"${clip(entry.name)}" overlaps what follows it, or lies beyond the end`);
    }
    if (result.has(entry.name)) fail('duplicate-name', `it has "${clip(entry.name)}" twice`);
    result.set(entry.name, { ...rest, limit });
  }
  return result;
}
