import type { ByteSource } from '../byte-source.js';
import { WeightsError } from '../errors.js';
import { MAX_EXPANSION } from '../limits.js';
import { crc32 } from './crc32.js';
import { clip, dataView, failure, LOCAL, LOCAL_BYTES, readDirectory, type ZipEntry } from './directory.js';
import { inflate } from './inflate.js';

/**
 * A deflated entry may grow to 32 times the archive, as any tensor of a file, but every archive may hold one of
 * this size, since the zeros of a fresh network shrink to a thousandth.
 */
const ALWAYS_ALLOWED = 16 * 2 ** 20;

/** A zip archive whose directory has been read. */
export interface Archive {
  readonly source: ByteSource;
  /** By name, in the directory's order. */
  readonly entries: ReadonlyMap<string, ZipEntry>;
  /** Where the bytes of an entry lie in the archive: from there on as many as `compressedSize`. Reads its local header. */
  locate(entry: ZipEntry): Promise<number>;
  /** All bytes of an entry, with its checksum compared unless told not to. */
  read(entry: ZipEntry, options?: { readonly checksum?: boolean }): Promise<Uint8Array<ArrayBuffer>>;
  /** No more than the first `length` bytes of an entry. */
  start(entry: ZipEntry, length: number): Promise<Uint8Array<ArrayBuffer>>;
}

/** Throws WeightsError `truncated`, `bad-header`, `bad-offsets`, `duplicate-name` or `too-large`. */
export async function openArchive(source: ByteSource): Promise<Archive> {
  const entries = await readDirectory(source);
  const fail = failure(source.name);

  async function locate(entry: ZipEntry): Promise<number> {
    const header = dataView(await source.read(entry.offset, LOCAL_BYTES));
    if (header.getUint32(0, true) !== LOCAL)
      return fail('bad-header', `"${clip(entry.name)}" is not where it should be`);
    const start = entry.offset + LOCAL_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
    if (start + entry.compressedSize > entry.limit) {
      fail('bad-offsets', `"${clip(entry.name)}" overlaps what follows it`);
    }
    return start;
  }

  function unpack(entry: ZipEntry, from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
    return inflate(source, from, entry.compressedSize, length, (cause) => {
      throw new WeightsError(
        'bad-header',
        `${source.name}: "${clip(entry.name)}" does not unpack to the ${entry.size} bytes that it should; the file is damaged.`,
        { cause },
      );
    });
  }

  return {
    source,
    entries,
    locate,
    async read(entry, { checksum = true } = {}) {
      checkExpansion(entry, source);
      const from = await locate(entry);
      const bytes = entry.method === 0 ? await source.read(from, entry.size) : await unpack(entry, from, entry.size);
      if (checksum && crc32(bytes) !== entry.crc) {
        fail('bad-header', `the checksum of "${clip(entry.name)}" is wrong; the file is damaged, fetch it again`);
      }
      return bytes;
    },
    async start(entry, length) {
      const from = await locate(entry);
      const wanted = Math.min(length, entry.size);
      return entry.method === 0 ? source.read(from, wanted) : unpack(entry, from, wanted);
    },
  };
}

function checkExpansion({ name, method, size }: ZipEntry, source: ByteSource): void {
  const limit = Math.max(ALWAYS_ALLOWED, MAX_EXPANSION * source.size);
  if (method === 0 || size <= limit) return;
  throw new WeightsError(
    'too-large',
    `${source.name}: "${clip(name)}" unpacks to ${size} bytes, more than ${limit}; it is broken or made to harm.`,
  );
}
