import { DatasetError } from '../errors.js';
import { messageOf, printable } from './errors.js';
import type { ByteSource } from './types.js';

/** The bytes of a source, decompressed where they begin as gzip does. Errors are `DatasetError` with the file's name. */
export async function* readBytes(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  let chunks: AsyncGenerator<Uint8Array> | undefined;
  try {
    chunks = iterate(source.open());
    const first = await firstChunk(chunks);
    if (!first) return;
    const whole = prepend(first, chunks);
    yield* first[0] === 0x1f && first[1] === 0x8b ? iterate(toStream(whole).pipeThrough(gunzip())) : whole;
  } catch (cause) {
    throw new DatasetError(`${printable(source.name)}: cannot be read to its end: ${messageOf(cause)}`, { cause });
  } finally {
    // Streams between here and there pass a cancellation on in their own time; the file is let go of now.
    await chunks?.return(undefined);
  }
}

/** Chunks joined until there are two bytes to tell the format by; undefined where there is none. */
async function firstChunk(chunks: AsyncGenerator<Uint8Array>): Promise<Uint8Array | undefined> {
  let first: Uint8Array | undefined;
  while (!first || first.length < 2) {
    const { done, value } = await chunks.next();
    if (done) return first;
    first = first ? Uint8Array.of(...first, ...value) : value.length > 0 ? value : undefined;
  }
  return first;
}

async function* prepend(first: Uint8Array, rest: AsyncGenerator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

/** Web streams cannot be iterated in every browser, so they are read by hand; leaving early cancels them. */
export async function* iterate<T>(chunks: AsyncIterable<T> | ReadableStream<T>): AsyncGenerator<T, void, undefined> {
  if (!('getReader' in chunks)) {
    yield* chunks;
    return;
  }
  const reader = chunks.getReader();
  let finished = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) {
        finished = true;
        return;
      }
      yield value;
    }
  } catch (error) {
    finished = true;
    throw error;
  } finally {
    if (!finished) await reader.cancel().catch(() => undefined);
    reader.releaseLock();
  }
}

/** A stream that asks for the next chunk only when it is read. */
export function toStream(chunks: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return(undefined);
      },
    },
    { highWaterMark: 0 },
  );
}

/** The types of Node and of browsers disagree on what may be written, so neither's is used. */
function gunzip(): { readable: ReadableStream<Uint8Array>; writable: WritableStream<Uint8Array> } {
  return new DecompressionStream('gzip') as ReturnType<typeof gunzip>;
}

/** Reads exact numbers of bytes out of chunks of any size. */
export class ByteReader {
  private readonly chunks: AsyncGenerator<Uint8Array>;
  private current = new Uint8Array(0);
  private at = 0;

  constructor(chunks: AsyncGenerator<Uint8Array>) {
    this.chunks = chunks;
  }

  /** The next `count` bytes in a buffer of their own, or fewer where the file ends. */
  async read(count: number): Promise<Uint8Array> {
    const out = new Uint8Array(count);
    let filled = 0;
    while (filled < count) {
      if (this.at === this.current.length) {
        const { done, value } = await this.chunks.next();
        if (done) return out.slice(0, filled);
        this.current = new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength);
        this.at = 0;
      }
      const part = this.current.subarray(this.at, this.at + count - filled);
      out.set(part, filled);
      filled += part.length;
      this.at += part.length;
    }
    return out;
  }

  /** Lets go of the file. */
  async close(): Promise<void> {
    await this.chunks.return(undefined);
  }
}
