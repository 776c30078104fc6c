import { createTarDecoder } from 'modern-tar';
import { DatasetError } from '../errors.js';
import { iterate, readBytes, toStream } from './bytes.js';
import { messageOf, printable } from './errors.js';
import type { ByteSource } from './types.js';

/** A file in an archive. */
export interface TarFile {
  /** As the archive spells it, with slashes; it is a label and never opened as a path. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export interface TarOptions {
  /** Which files are read; the others are passed over without being kept. */
  readonly wanted: (name: string) => boolean;
  /** Largest file that is read, in bytes; `DEFAULT_MAX_ENTRY_BYTES` where absent. */
  readonly maxEntryBytes?: number;
}

/** A picture file is far below this; the size in a header is believed only up to here, before anything is allocated. */
export const DEFAULT_MAX_ENTRY_BYTES = 2 ** 28;

/**
 * The files of a tar or tar.gz, one after the other as the stream comes in, with the long names of pax and GNU tar.
 * Directories, links and devices are passed over. Throws `DatasetError` with the archive's name where it is truncated or
 * no tar, and with the file's where that is too large.
 */
export async function* readTar(source: ByteSource, options: TarOptions): AsyncGenerator<TarFile, void, undefined> {
  const { wanted, maxEntryBytes = DEFAULT_MAX_ENTRY_BYTES } = options;
  const bytes = readBytes(source);
  const entries = toStream(bytes).pipeThrough(createTarDecoder({ strict: true }));
  try {
    for await (const { header, body } of iterate(entries)) {
      if (header.type !== 'file' || !wanted(header.name)) {
        await body.cancel();
        continue;
      }
      if (header.size > maxEntryBytes) {
        throw new DatasetError(
          `${printable(header.name)} has ${header.size} bytes, more than the ${maxEntryBytes} that are allowed (maxEntryBytes)`,
        );
      }
      yield { name: header.name, bytes: await readBody(body, header.size) };
    }
  } catch (cause) {
    if (cause instanceof DatasetError && cause.message.startsWith(printable(source.name))) throw cause;
    throw new DatasetError(`${printable(source.name)}: ${messageOf(cause)}`, { cause });
  } finally {
    await bytes.return(undefined);
  }
}

async function readBody(body: ReadableStream<Uint8Array>, size: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let filled = 0;
  for await (const chunk of iterate(body)) {
    bytes.set(chunk, filled);
    filled += chunk.length;
  }
  if (filled !== size) throw new DatasetError(`the archive ends after ${filled} of the ${size} bytes of a file`);
  return bytes;
}
