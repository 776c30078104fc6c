import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** How a host misbehaves for one request; the last of a list goes on for ever. */
export type Manner =
  | 'well'
  /** Ends the connection at half. */
  | 'drop-at-half'
  /** Sends half and then nothing. */
  | 'stall'
  /** Takes the request and never answers. */
  | 'silent'
  | 'no-range'
  /** Answers a range with the whole file. */
  | 'ignore-range'
  | 'no-validator'
  | 'wrong-bytes'
  /** Announces more than it has. */
  | 'announce-more'
  /** Announces less than it sends. */
  | 'announce-less'
  /** Chunked, without a length, and ends at half as if that were all. */
  | 'short-chunked'
  | 'chunked'
  | 'wrong-range'
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>> }
  | { readonly redirect: string };

export interface Seen {
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

export interface FakeHost {
  readonly origin: string;
  readonly seen: readonly Seen[];
  /** What is at a path, and how each request for it in turn is answered. */
  serve(path: string, bytes: Uint8Array, ...manners: readonly Manner[]): string;
  close(): Promise<void>;
}

/** A file server like torchvision's or the hub's: ranges, ETags, redirects; and one that breaks. */
export async function fakeHost(host = '127.0.0.1'): Promise<FakeHost> {
  const files = new Map<string, { bytes: Uint8Array; manners: Manner[] }>();
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const url = request.url ?? '';
    seen.push({ url, headers: request.headers });
    const file = files.get(url);
    if (file === undefined) {
      response.writeHead(404).end('no such file');
      return;
    }
    const manner = (file.manners.length > 1 ? file.manners.shift() : file.manners[0]) ?? 'well';
    answer(request, response, file.bytes, manner);
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const origin = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    seen,
    serve(path, bytes, ...manners) {
      files.set(path, { bytes, manners: [...manners] });
      return origin + path;
    },
    close: () => closeServer(server),
  };
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
}

const etagOf = (bytes: Uint8Array): string => `"${createHash('sha1').update(bytes).digest('hex')}"`;

function answer(request: IncomingMessage, response: ServerResponse, whole: Uint8Array, manner: Manner): void {
  if (manner === 'silent') return;
  if (typeof manner === 'object') {
    if ('redirect' in manner) response.writeHead(302, { location: manner.redirect }).end('moved');
    else response.writeHead(manner.status, manner.headers ?? {}).end('as told');
    return;
  }
  const bytes = manner === 'wrong-bytes' ? whole.map((byte) => byte ^ 1) : whole;
  const headers: Record<string, string> = manner === 'no-validator' ? {} : { etag: etagOf(bytes) };
  const start = manner === 'no-range' || manner === 'ignore-range' ? undefined : rangeStart(request, headers['etag']);
  if (start !== undefined && start >= bytes.length) {
    response.writeHead(416, { 'content-range': `bytes */${bytes.length}` }).end();
    return;
  }
  if (manner !== 'no-range') headers['accept-ranges'] = 'bytes';
  const body = bytes.subarray(start ?? 0);
  if (start !== undefined) {
    const stated = manner === 'wrong-range' ? start + 7 : start;
    headers['content-range'] = `bytes ${stated}-${bytes.length - 1}/${bytes.length}`;
  }
  if (manner !== 'short-chunked' && manner !== 'chunked') headers['content-length'] = String(body.length + lie(manner));
  response.writeHead(start === undefined ? 200 : 206, headers);
  const half = body.subarray(0, Math.floor(body.length / 2));
  if (manner === 'drop-at-half') response.write(half, () => setTimeout(() => response.destroy(), 20));
  else if (manner === 'stall') response.write(half);
  else if (manner === 'announce-more') response.write(body, () => setTimeout(() => response.destroy(), 20));
  else if (manner === 'short-chunked') response.end(half);
  else if (manner === 'announce-less') {
    // Node refuses to send more than announced; what it would look like is a body that ends early.
    response.end(body.subarray(0, body.length - 100));
  } else response.end(body);
}

function lie(manner: Manner): number {
  return manner === 'announce-more' ? 1000 : manner === 'announce-less' ? -100 : 0;
}

function rangeStart(request: IncomingMessage, etag: string | undefined): number | undefined {
  const condition = request.headers['if-range'];
  if (condition !== undefined && condition !== etag) return undefined;
  const [, start] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
  return start === undefined ? undefined : Number(start);
}

/** Bytes that look like nothing in particular, the same each time. */
export function someBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let i = 0; i < length; i++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
export const md5Of = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');
