import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.wasm': 'application/wasm',
};

/** Cross-origin isolated, as pages with threads must be. */
const headers = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
  'cross-origin-resource-policy': 'same-origin',
};

const PAGE =
  '<!doctype html><meta charset=utf-8><title>bench</title><link rel=icon href="data:,"><script type=module src=/bundle/page.js></script>';

export interface Server {
  readonly address: string;
  close(): void;
}

/**
 * Serves the page and the files of some folders on this machine alone.
 *
 * @param folders by their first path segment: `/ort/x.wasm` is `x.wasm` in `folders.ort`
 */
export async function serve(folders: Readonly<Record<string, string>>): Promise<Server> {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    const [, first = '', ...rest] = decodeURIComponent(pathname).split('/');
    if (first === '') return void response.writeHead(200, { ...headers, 'content-type': 'text/html' }).end(PAGE);
    const folder = folders[first];
    const file = join(folder ?? '', ...rest);
    const info = folder === undefined || rest.includes('..') ? undefined : await stat(file).catch(() => undefined);
    if (info === undefined) return void response.writeHead(404, headers).end();
    const type = types[extname(file)] ?? 'application/octet-stream';
    response.writeHead(200, { ...headers, 'content-type': type, 'content-length': info.size });
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}/`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
