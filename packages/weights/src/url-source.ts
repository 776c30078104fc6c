import { type ByteSource, memorySource } from './byte-source.js';
import { WeightsError } from './errors.js';
import { siblingParts } from './siblings.js';

/** Most bytes of a download, which is held in memory; browsers have arrays of some 2 to 4 GB. */
const MAX_BYTES = 2 ** 31;

export interface UrlSourceOptions {
  /** By default the global one. */
  readonly fetch?: typeof fetch;
  readonly signal?: AbortSignal;
}

/**
 * A file at an address, fetched whole; files beside it (the shards of a TensorFlow.js model) are fetched when they are
 * needed, from the same folder and no other. For downloads that resume and are kept, fetch first and open the file.
 * WeightsError `cannot-read` or `too-large`.
 */
export async function urlSource(url: string | URL, options: UrlSourceOptions = {}): Promise<ByteSource> {
  const { href } = new URL(url);
  const source = memorySource(await download(href, options), href);
  return {
    ...source,
    sibling: (path) => urlSource(new URL(siblingParts(path, href).map(encodeURIComponent).join('/'), href), options),
  };
}

async function download(url: string, { fetch: get = fetch, signal }: UrlSourceOptions): Promise<Uint8Array> {
  const failed = (reason: string, cause?: unknown): never => {
    throw new WeightsError(
      'cannot-read',
      `Cannot fetch ${url}: ${reason}.`,
      cause === undefined ? undefined : { cause },
    );
  };
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const response = await get(url, signal === undefined ? {} : { signal });
    if (!response.ok) return failed(`the server answered ${response.status} ${response.statusText}`.trim());
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part !== undefined && !part.done; part = await reader?.read()) {
      chunks.push(part.value);
      size += part.value.length;
      if (size <= MAX_BYTES) continue;
      await reader?.cancel();
      throw new WeightsError('too-large', `${url} has more than ${MAX_BYTES} bytes, which is the most that is read.`);
    }
  } catch (error) {
    if (error instanceof WeightsError) throw error;
    failed(error instanceof Error ? error.message : String(error), error);
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
