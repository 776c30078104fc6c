import type { ByteSource } from '../byte-source.js';

/** Bytes of compressed data that are read at a time. */
const PIECE = 65_536;

/**
 * Unpacks raw deflate data (RFC 1951) of a source to exactly `length` bytes, by the platform's own DecompressionStream.
 * Stops there if the data go on: what a bomb has more is never unpacked. `fail` is called for data that are damaged or too
 * short.
 */
export async function inflate(
  source: ByteSource,
  from: number,
  compressed: number,
  length: number,
  fail: (cause: unknown) => never,
): Promise<Uint8Array<ArrayBuffer>> {
  let next = from;
  const end = from + compressed;
  let readFailed: unknown;
  const pieces = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      try {
        if (next < end) controller.enqueue(await source.read(next, Math.min(PIECE, end - next)));
        next += PIECE;
        if (next >= end) controller.close();
      } catch (error) {
        readFailed = error;
        controller.error(error);
      }
    },
  });
  const reader = pieces.pipeThrough(new DecompressionStream('deflate-raw')).getReader();
  const chunks: Uint8Array[] = [];
  let done = 0;
  try {
    while (done < length) {
      const result = await reader.read();
      if (result.done) throw new RangeError(`${done} of ${length} bytes`);
      // Chunks are gathered, not written into place: the length that was stated is believed only as the data arrive.
      chunks.push(result.value);
      done += result.value.length;
    }
  } catch (error) {
    if (readFailed !== undefined) throw readFailed;
    fail(error);
  } finally {
    await reader.cancel().catch(() => undefined);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk.subarray(0, length - at), at);
    at += chunk.length;
  }
  return bytes;
}
