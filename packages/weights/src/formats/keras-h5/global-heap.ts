/** `GCOL` and version 1 with its padding: the beginning of a global heap collection, where HDF5 keeps text of any length. */
const BEGINNING = 0x0000_0001_4c4f_4347n;
/** Beginning and size of a collection; likewise index, count and size of an object in it. */
const HEADER_BYTES = 16;
/** Most that is looked through. The text of a collection is a model's configuration at most. */
const MAX_HEAP_BYTES = 2 ** 26;

/**
 * Whether `bytes`, which HDF5 is about to be given, begin a global heap collection with an object of no size. The library
 * walks a collection from object to object and would stay at that one for ever (H5HGcache.c; still so in HDF5 2.0), so a
 * damaged byte would hang the program instead of giving an error. Collections that are absurdly large count as endless.
 *
 * `at` reads more of the file, `size` is the file's.
 */
export function isEndlessHeap(
  bytes: Uint8Array,
  offset: number,
  size: number,
  at: (offset: number, length: number) => Uint8Array,
): boolean {
  if (bytes.length < HEADER_BYTES || view(bytes).getBigUint64(0, true) !== BEGINNING) return false;
  const length = Number(view(bytes).getBigUint64(8, true));
  if (length > MAX_HEAP_BYTES) return true;
  const heap = view(at(offset, Math.min(length, size - offset)));
  for (let position = HEADER_BYTES; position + HEADER_BYTES <= heap.byteLength; ) {
    const index = heap.getUint16(position, true);
    const objectBytes = Number(heap.getBigUint64(position + 8, true));
    // Object 0 is what is free, and its size includes its header.
    const step = index === 0 ? objectBytes : HEADER_BYTES + Math.ceil(objectBytes / 8) * 8;
    if (step === 0) return true;
    position += step;
  }
  return false;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
