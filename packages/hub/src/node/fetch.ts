import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { systemCode } from '../errors.js';
import type { Transport } from '../http/request.js';

/** Node's fetch, and for a mirror that is a folder the same answers from disk, so that both are checked alike. */
export const nodeTransport: Transport = {
  fetch: (url, init) => (url.startsWith('file:') ? fetchFromDisk(url) : fetch(url, init)),
  redirects: 'manual',
};

const NOT_THERE: readonly string[] = ['ENOENT', 'ENOTDIR'];

async function fetchFromDisk(url: string): Promise<Response> {
  const path = fileURLToPath(url);
  try {
    const stats = await stat(path);
    if (!stats.isFile()) return new Response(null, { status: 404 });
    const body = Readable.toWeb(createReadStream(path)) as ReadableStream<Uint8Array>;
    return new Response(body, { headers: { 'content-length': String(stats.size) } });
  } catch (error) {
    if (NOT_THERE.includes(systemCode(error) ?? '')) return new Response(null, { status: 404 });
    throw error;
  }
}
