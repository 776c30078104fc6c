import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { md5Of, sha256Of, someBytes } from './server.js';

const bytes = someBytes(20 * 2 ** 20);
const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** What the page does; it says what came of it by a POST. Two workers of one origin stand for two tabs. */
const page = `
import { browserStore, resolveBlob, BlobStore, cacheStorageBlobs } from '@convzoo/hub/browser';
const hex = async (blob) => [...new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()))]
  .map((byte) => byte.toString(16).padStart(2, '0')).join('');
const codeOf = (work) => work.then(() => 'none', (error) => error.code ?? String(error));
const catalogue = (location, algorithm, digest) => ({ find: () => ({ location, checksum: { algorithm, digest } }) });
const at = (path) => location.origin + path;
const run = async () => {
  const said = {};
  const first = await resolveBlob(at('/weights'), { catalogue: catalogue(at('/weights'), 'md5', MD5) });
  said.first = await hex(first.blob);
  said.store = first.blob.constructor.name;
  said.again = await hex((await resolveBlob(at('/weights'), { offline: true })).blob);
  // Another visit: what was interrupted goes on.
  const stop = new AbortController();
  const onProgress = ({ received }) => { if (received > 9e6) stop.abort(); };
  said.stopped = await codeOf(resolveBlob(at('/slow'), { signal: stop.signal, onProgress }));
  said.resumed = await new Promise((resolve) => {
    let from;
    resolveBlob(at('/slow'), { onProgress: ({ resumed }) => { from ??= resumed; } })
      .then(async ({ blob }) => resolve([from, await hex(blob)]), (error) => resolve(String(error)));
  });
  said.wrong = await codeOf(resolveBlob('x', { catalogue: catalogue(at('/weights2'), 'sha256', '0'.repeat(64)) }));
  said.both = (await Promise.all([resolveBlob(at('/twice')), resolveBlob(at('/twice'))])).map(({ record }) => record.size);
  const locks = (name, work, { signal }) => navigator.locks.request(name, { signal }, work);
  const store = new BlobStore(cacheStorageBlobs(await caches.open('other')), locks);
  said.cacheStorage = await hex((await resolveBlob(at('/third'), { store })).blob);
  said.kept = (await (await browserStore()).list()).length;
  return said;
};
run().catch((error) => ({ error: String(error), stack: error.stack })).then((said) => fetch('/said', { method: 'POST', body: JSON.stringify(said) }));
`;

let server: Server;
let browser: ChildProcess | undefined;
let profile: string;
const requests: string[] = [];
let said: Promise<Record<string, unknown>>;

beforeAll(async () => {
  if (chromium === undefined) return;
  const script = await build({
    stdin: { contents: page, resolveDir: fileURLToPath(new URL('..', import.meta.url)), sourcefile: 'page.js' },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    conditions: ['source'],
    define: { MD5: JSON.stringify(md5Of(bytes)) },
  });
  const code = script.outputFiles[0]?.text ?? '';
  said = new Promise((resolve) => {
    server = createServer((request, response) => {
      const { url = '' } = request;
      if (url === '/')
        response.writeHead(200, { 'content-type': 'text/html' }).end('<script type=module src=/page.js></script>');
      else if (url === '/page.js') response.writeHead(200, { 'content-type': 'text/javascript' }).end(code);
      else if (url === '/said') {
        bodyOf(request).then((text) => resolve(JSON.parse(text)));
        response.end();
      } else if (url === '/favicon.ico') response.writeHead(404).end();
      else {
        requests.push(`${url} ${request.headers.range ?? ''}`.trim());
        const [, from = '0'] = /^bytes=(\d+)-$/.exec(request.headers.range ?? '') ?? [];
        const start = Number(from);
        const range = { 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}` };
        const headers = { etag: '"1"', 'content-length': bytes.length - start, ...(start > 0 && range) };
        response.writeHead(start > 0 ? 206 : 200, headers);
        if (url === '/slow' && start === 0) response.write(bytes.subarray(0, 10 * 2 ** 20));
        else response.end(bytes.subarray(start));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  profile = mkdtempSync(join(tmpdir(), 'convzoo-chromium-'));
  const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'];
  const { port } = server.address() as AddressInfo;
  browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, `http://127.0.0.1:${port}/`], { stdio: 'ignore' });
});

afterAll(async () => {
  if (browser === undefined) return;
  const closed = new Promise((resolve) => browser?.on('close', resolve));
  browser.kill('SIGKILL');
  await closed;
  server.closeAllConnections();
  server.close();
  // Its processes write into the profile until each has ended.
  rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

describe.skipIf(chromium === undefined)('in Chromium', () => {
  it('downloads, keeps, resumes, checks and takes turns', async () => {
    const digest = sha256Of(bytes);
    expect(await said).toEqual({
      first: digest,
      // A file of the origin's private file system.
      store: 'File',
      again: digest,
      stopped: 'interrupted',
      // A piece and the rest that was laid down at the end.
      resumed: [expect.any(Number), digest],
      wrong: 'wrong-checksum',
      both: [bytes.length, bytes.length],
      cacheStorage: digest,
      kept: 3,
    });
    expect(((await said)['resumed'] as readonly [number])[0]).toBeGreaterThan(8e6);
    const count = (path: string): number => requests.filter((request) => request.split(' ')[0] === path).length;
    expect([count('/weights'), count('/twice'), count('/slow'), count('/third')]).toEqual([1, 1, 2, 1]);
    expect(requests.find((request) => request.startsWith('/slow bytes='))).toBeDefined();
  }, 120_000);
});
