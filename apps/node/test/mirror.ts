import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A file server of this machine, which can stand for every host (--mirror). */
export interface Mirror {
  readonly origin: string;
  /** Path and range of each request so far. */
  readonly requests: string[];
  /** Puts a file there, and gives its address. Under /slow/ the first half comes and then nothing, until a range is asked. */
  serve(path: string, bytes: Uint8Array): string;
  close(): void;
}

export async function startMirror(): Promise<Mirror> {
  const files = new Map<string, Uint8Array>();
  const requests: string[] = [];
  const server: Server = createServer((request, response) => {
    const { url = '' } = request;
    const { range = '' } = request.headers;
    requests.push(`${url} ${range}`.trim());
    const bytes = files.get(url);
    if (bytes === undefined) return void response.writeHead(404).end();
    const start = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
    const headers = { 'content-length': bytes.length - start, etag: '"1"' };
    const part = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
    response.writeHead(start > 0 ? 206 : 200, start > 0 ? { ...headers, ...part } : headers);
    if (url.startsWith('/slow/') && start === 0) response.write(bytes.subarray(0, bytes.length / 2));
    else response.end(bytes.subarray(start));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    requests,
    serve(path, bytes) {
      files.set(path, bytes);
      return origin + path;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
