import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { headers as pageHeaders } from './headers.mjs';

/** @type {Record<string, string>} */
const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
};
/** What gains nothing by compression. */
const packed = new Set(['.jpg', '.safetensors']);

/**
 * @typedef {object} ServeOptions
 * @property {string} folder the built page
 * @property {number} [port] 0 for any that is free
 * @property {string} [host] this machine alone by default
 * @property {string} [base] path that the page is put at, e.g. `/demo/`
 * @property {boolean} [headers] whether the host sets the headers that give the page threads; a plain host does not
 */

/**
 * A plain static server: files of one folder under a path, nothing else.
 *
 * @param {ServeOptions} options
 * @returns {Promise<{ url: string, close: () => Promise<void> }>}
 */
export async function serve({ folder, port = 0, host = '127.0.0.1', base = '/', headers = true }) {
  const server = createServer((request, response) => {
    answer(request, response).catch(() => {
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end();
    });
  });

  /**
   * @param {import('node:http').IncomingMessage} request
   * @param {import('node:http').ServerResponse} response
   */
  async function answer(request, response) {
    const { pathname } = new URL(request.url ?? '/', 'http://localhost');
    if (request.method !== 'GET' && request.method !== 'HEAD') return void response.writeHead(405).end();
    if (`${pathname}/` === base) return void response.writeHead(301, { Location: base }).end();
    const path = pathname.startsWith(base) ? pathIn(folder, pathname.slice(base.length)) : undefined;
    const found = path === undefined ? undefined : await stat(path).catch(() => undefined);
    if (path === undefined || found === undefined || !found.isFile()) {
      return void response.writeHead(404, { 'Content-Type': 'text/plain' }).end('There is no such file.\n');
    }
    const extension = extname(path);
    const zip = !packed.has(extension) && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''));
    response.writeHead(200, {
      'Content-Type': types[extension] ?? 'application/octet-stream',
      // Names carry a hash of their content, those of the page and its service worker apart.
      'Cache-Control': /\/(assets|optional)\//.test(pathname) ? 'public, max-age=31536000, immutable' : 'no-cache',
      ...(zip ? { 'Content-Encoding': 'gzip', Vary: 'Accept-Encoding' } : { 'Content-Length': found.size }),
      ...(headers ? pageHeaders : {}),
    });
    if (request.method === 'HEAD') return void response.end();
    const file = createReadStream(path);
    await (zip ? pipeline(file, createGzip(), response) : pipeline(file, response));
  }

  await /** @type {Promise<void>} */ (
    new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    })
  );
  const address = server.address();
  const used = typeof address === 'object' && address !== null ? address.port : port;
  return {
    // A page has threads and a service worker over http only where it is called localhost, or by a loopback address.
    url: `http://${host === '127.0.0.1' ? 'localhost' : host}:${used}${base}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * A file of the folder; undefined for a path that would leave it.
 *
 * @param {string} folder
 * @param {string} relative
 */
function pathIn(folder, relative) {
  let name;
  try {
    name = decodeURIComponent(relative);
  } catch {
    return undefined;
  }
  if (name.includes('\0')) return undefined;
  const root = normalize(folder + sep);
  const path = normalize(join(root, name === '' || name.endsWith('/') ? `${name}index.html` : name));
  return path.startsWith(root) ? path : undefined;
}
