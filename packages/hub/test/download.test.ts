import { randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CatalogueItem, Progress } from '../src/index.js';
import { HubError } from '../src/index.js';
import { cachePaths } from '../src/node/paths.js';
import { listCache, type ResolveOptions, resolveFile, verifyEntry } from '../src/node.js';
import { type FakeHost, fakeHost, type Manner, md5Of, sha256Of, someBytes } from './server.js';

const SIZE = 300_000;
const bytes = someBytes(SIZE);
const FAST = { firstPause: 5, longestPause: 20, idleTimeout: 250 };

let host: FakeHost;
let cache: string;

beforeEach(async () => {
  host = await fakeHost();
  cache = mkdtempSync(join(tmpdir(), 'convzoo-hub-'));
});
afterEach(async () => {
  await host.close();
  rmSync(cache, { recursive: true, force: true });
});

const pull = (text: string, options: ResolveOptions = {}) =>
  resolveFile(text, { cache, environment: {}, limits: FAST, ...options });

const catalogueOf = (item: CatalogueItem) => ({ find: () => item });

/** Serves the bytes in those manners and pulls them as a catalogue entry with their checksum. */
function pullServed(manners: readonly Manner[], options: ResolveOptions = {}, item: Partial<CatalogueItem> = {}) {
  const location = host.serve('/weights.bin', bytes, ...manners);
  const checksum = { algorithm: 'sha256', digest: sha256Of(bytes) } as const;
  return pull('x', { catalogue: catalogueOf({ location, checksum, ...item }), ...options });
}

async function failure(work: Promise<unknown>): Promise<HubError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof HubError) return error;
  throw new Error(`no HubError, but ${String(error)}`);
}

const ranges = (): readonly (string | undefined)[] => host.seen.map(({ headers }) => headers.range);
const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ name }) => name)
    .sort();

describe('a host that works', () => {
  it('is asked once; then the cache has the file', async () => {
    const url = host.serve('/a/weights.safetensors', bytes);
    const first = await pull(url);
    expect(first.from).toBe('download');
    expect(readFileSync(first.path).equals(bytes)).toBe(true);
    expect(first.path.endsWith('/weights.safetensors')).toBe(true);
    const second = await pull(url, { offline: true });
    expect(second).toMatchObject({ from: 'cache', path: first.path });
    expect(host.seen).toHaveLength(1);
    expect(filesOf(cache)).toEqual(['record.json', 'weights.safetensors']);
    expect(first.record).toMatchObject({ url, size: SIZE, sha256: sha256Of(bytes) });
  });

  it('tells the progress, from nothing to all', async () => {
    const seen: Progress[] = [];
    await pullServed(['well'], { onProgress: (progress) => seen.push(progress) });
    expect(seen[0]).toEqual({ received: 0, total: SIZE, resumed: 0 });
    expect(seen.at(-1)).toEqual({ received: SIZE, total: SIZE, resumed: 0 });
    expect(seen.map(({ received }) => received)).toEqual(seen.map(({ received }) => received).sort((a, b) => a - b));
  });

  it('may send without a length', async () => {
    const { path } = await pullServed(['chunked']);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('may have an empty file', async () => {
    const { path, record } = await pull(host.serve('/empty', new Uint8Array()));
    expect(readFileSync(path)).toHaveLength(0);
    expect(record?.sha256).toBe(sha256Of(new Uint8Array()));
  });

  it('is checked by MD5 too, and by the beginning of a digest', async () => {
    for (const checksum of [
      { algorithm: 'md5', digest: md5Of(bytes) },
      { algorithm: 'md5', digest: md5Of(bytes).slice(0, 8) },
      { algorithm: 'sha256', digest: sha256Of(bytes).slice(0, 8).toUpperCase() },
    ] as const) {
      const location = host.serve(`/${randomUUID()}`, bytes);
      const { record } = await pull('x', { catalogue: catalogueOf({ location, checksum }) });
      expect(record?.published).toEqual({ ...checksum, digest: checksum.digest.toLowerCase() });
    }
  });

  it('is asked again where the catalogue now states another checksum', async () => {
    await pullServed(['well']);
    const other = someBytes(SIZE, 2);
    const location = host.serve('/weights.bin', other);
    const checksum = { algorithm: 'sha256', digest: sha256Of(other) } as const;
    const { path, from } = await pull('x', { catalogue: catalogueOf({ location, checksum }) });
    expect(from).toBe('download');
    expect(readFileSync(path).equals(other)).toBe(true);
  });
});

describe('a host that breaks', () => {
  it('drops at half: the rest is asked for by range, with If-Range', async () => {
    const retries: string[] = [];
    const { path } = await pullServed(['drop-at-half', 'well'], { onRetry: (reason) => retries.push(reason) });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(ranges()).toEqual([undefined, `bytes=${SIZE / 2}-`]);
    expect(host.seen[1]?.headers['if-range']).toMatch(/^"[0-9a-f]{40}"$/);
    expect(retries).toHaveLength(1);
  });

  it('drops again and again: goes on as long as something new comes', async () => {
    const { path } = await pullServed([...Array<Manner>(9).fill('drop-at-half'), 'well']);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(host.seen).toHaveLength(10);
  });

  it('knows no ranges: starts again', async () => {
    const { path } = await pullServed(['drop-at-half', 'no-range']);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(host.seen).toHaveLength(2);
  });

  it('answers a range with the whole file: starts again', async () => {
    const { path } = await pullServed(['drop-at-half', 'ignore-range']);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('has another file meanwhile: If-Range fails, starts again', async () => {
    const seen: Progress[] = [];
    host.serve('/weights.bin', someBytes(SIZE, 3), 'stall');
    const url = `${host.origin}/weights.bin`;
    const limits = { ...FAST, maxFailures: 1 };
    await failure(pull(url, { limits }));
    host.serve('/weights.bin', bytes);
    const { path } = await pull(url, { onProgress: (progress) => seen.push(progress) });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(seen[0]).toEqual({ received: 0, total: SIZE, resumed: 0 });
  });

  it('sends another part than was asked for', async () => {
    const error = await failure(pullServed(['drop-at-half', 'wrong-range']));
    expect(error.code).toBe('bad-response');
  });

  it('stalls: the connection is given up and the rest asked for', async () => {
    const { path } = await pullServed(['stall', 'well']);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(ranges()).toEqual([undefined, `bytes=${SIZE / 2}-`]);
  });

  it('never answers: given up after the limit', async () => {
    const error = await failure(pullServed(['silent'], { limits: { ...FAST, maxFailures: 2 } }));
    expect(error.code).toBe('network');
    expect(error.message).toMatch(/after 2 tries.*did not answer for 0.25 s/);
  });

  it('answers 500, then well', async () => {
    const { path } = await pullServed([{ status: 500 }, { status: 503, headers: { 'retry-after': '0' } }, 'well']);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(host.seen).toHaveLength(3);
  });

  it('answers 500 for ever', async () => {
    const error = await failure(pullServed([{ status: 500 }]));
    expect(error.code).toBe('server-error');
    expect(error.message).toMatch(/after 5 tries.*answered 500.*--mirror/);
    expect(host.seen).toHaveLength(5);
  });

  it.each([
    [404, 'not-found'],
    [410, 'not-found'],
    [401, 'access-denied'],
    [403, 'access-denied'],
    [400, 'bad-response'],
    [204, 'bad-response'],
  ])('answers %i: not asked again', async (status, code) => {
    expect((await failure(pullServed([{ status }]))).code).toBe(code);
    expect(host.seen).toHaveLength(1);
    expect(filesOf(cache)).toEqual([]);
  });

  it('sends wrong bytes: nothing is kept, and both digests are told', async () => {
    const error = await failure(pullServed(['wrong-bytes']));
    expect(error.code).toBe('wrong-checksum');
    expect(error.message).toContain(`expected SHA-256 ${sha256Of(bytes)}`);
    expect(error.message).toContain(`got ${sha256Of(bytes.map((byte) => byte ^ 1))}`);
    expect(filesOf(cache)).toEqual([]);
  });

  it('announces more than it has: never taken for whole', async () => {
    const error = await failure(
      pullServed(['announce-more'], { limits: { ...FAST, maxFailures: 2 } }, { checksum: undefined }),
    );
    expect(error.code).toBe('network');
    expect(filesOf(cache)).not.toContain('weights.bin');
  });

  it('announces less than it has: found by checksum or size', async () => {
    expect((await failure(pullServed(['announce-less']))).code).toBe('wrong-checksum');
    const bySize = await failure(pullServed(['announce-less'], {}, { checksum: undefined, size: SIZE }));
    expect(bySize.code).toBe('wrong-size');
    expect(filesOf(cache)).toEqual([]);
  });

  it('ends early without having said how much there is: found by checksum, or asked for the rest', async () => {
    expect((await failure(pullServed(['short-chunked']))).code).toBe('wrong-checksum');
    const { path } = await pullServed(['short-chunked', 'well'], {}, { checksum: undefined, size: SIZE });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('is not there at all', async () => {
    const { origin } = host;
    await host.close();
    const error = await failure(pull(`${origin}/x`, { limits: { ...FAST, maxFailures: 2 } }));
    expect(error.code).toBe('network');
    expect(error.message).toMatch(/ECONNREFUSED/);
    host = await fakeHost();
  });

  it('has a file beyond the limit: refused by its length, or where it has none, when the limit is passed', async () => {
    const limits = { ...FAST, maxBytes: 100_000 };
    for (const manner of ['well', 'chunked'] as const) {
      expect((await failure(pullServed([manner], { limits }))).code).toBe('too-large');
    }
  });
});

describe('redirects', () => {
  it('are followed, to another host too', async () => {
    const other = await fakeHost('localhost');
    const target = other.serve('/cdn/file?signature=secret', bytes);
    const { path } = await pull(host.serve('/weights.bin', bytes, { redirect: target }));
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(path.endsWith('/weights.bin')).toBe(true);
    await other.close();
  });

  it('may be relative', async () => {
    host.serve('/b', bytes);
    const { path } = await pull(host.serve('/a', bytes, { redirect: '/b' }));
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('in a circle are refused', async () => {
    host.serve('/b', bytes, { redirect: '/a' });
    const error = await failure(pull(host.serve('/a', bytes, { redirect: '/b' })));
    expect(error.code).toBe('too-many-redirects');
    expect(host.seen).toHaveLength(2);
  });

  it('beyond the limit are refused', async () => {
    for (let i = 0; i < 20; i++) host.serve(`/${i}`, bytes, { redirect: `/${i + 1}` });
    expect((await failure(pull(`${host.origin}/0`))).code).toBe('too-many-redirects');
    expect(host.seen).toHaveLength(6);
  });

  it.each(['ftp://host/x', 'file:///etc/passwd', 'data:,x'])('to %s are refused', async (redirect) => {
    expect((await failure(pull(host.serve('/a', bytes, { redirect })))).code).toBe('bad-response');
  });

  it('resume at the redirect, not at its end: the signed address may have expired', async () => {
    const other = await fakeHost();
    const target = other.serve('/cdn', bytes, 'drop-at-half', 'well');
    const { path } = await pull(host.serve('/weights.bin', bytes, { redirect: target }));
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(host.seen).toHaveLength(2);
    expect(other.seen[1]?.headers.range).toBe(`bytes=${SIZE / 2}-`);
    await other.close();
  });
});

describe('the hub', () => {
  const text = 'hf://timm/resnet50.a1_in1k/model.safetensors';
  const path = '/timm/resnet50.a1_in1k/resolve/main/model.safetensors';

  it('gets the token, and where it redirects to does not', async () => {
    const cdn = await fakeHost();
    host.serve(path, bytes, { redirect: cdn.serve('/blob', bytes) });
    await pull(text, { environment: { HF_ENDPOINT: host.origin, HF_TOKEN: 'hf_secret' } });
    expect(host.seen[0]?.headers.authorization).toBe('Bearer hf_secret');
    expect(cdn.seen[0]?.headers.authorization).toBeUndefined();
    await cdn.close();
  });

  it('gets no token where none is set; URLs and mirrors never', async () => {
    const environment = { HF_ENDPOINT: 'https://huggingface.co', HF_TOKEN: 'hf_secret' };
    await pull(host.serve('/x', bytes), { environment });
    host.serve(`/huggingface.co${path}`, bytes);
    await pull(text, { environment, mirror: host.origin });
    host.serve(path, bytes);
    rmSync(cache, { recursive: true });
    await pull(text, { environment: { HF_ENDPOINT: host.origin } });
    expect(host.seen.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined, undefined]);
  });

  it('states size and SHA-256 on its redirect, which are checked', async () => {
    const cdn = await fakeHost();
    const target = cdn.serve('/blob', bytes, 'wrong-bytes');
    const linked = { location: target, 'x-linked-etag': `"${sha256Of(bytes)}"`, 'x-linked-size': String(SIZE) };
    host.serve(path, bytes, { status: 302, headers: linked });
    const environment = { HF_ENDPOINT: host.origin };
    expect((await failure(pull(text, { environment }))).code).toBe('wrong-checksum');
    cdn.serve('/blob', bytes);
    const { record } = await pull(text, { environment });
    expect(record?.published).toEqual({ algorithm: 'sha256', digest: sha256Of(bytes) });
    expect(record?.url).toBe(`https://huggingface.co${path}`);
    await cdn.close();
  });

  it('says what to do where it wants a token', async () => {
    host.serve(path, bytes, { status: 401 });
    const environment = { HF_ENDPOINT: host.origin };
    expect((await failure(pull(text, { environment }))).message).toMatch(/a token goes into HF_TOKEN/);
    const refused = await failure(pull(text, { environment: { ...environment, HF_TOKEN: 'hf_secret' } }));
    expect(refused.message).toMatch(/HF_TOKEN was refused/);
    expect(refused.message).not.toContain('hf_secret');
  });
});

describe('mirrors', () => {
  const location = 'https://download.example/models/net-12345678.pth';
  const checksum = { algorithm: 'sha256', digest: sha256Of(bytes) } as const;
  const catalogue = catalogueOf({ location, checksum });

  it('stand for every host', async () => {
    host.serve('/base/download.example/models/net-12345678.pth', bytes);
    const { record } = await pull('x', { catalogue, mirror: `${host.origin}/base/` });
    expect(record?.url).toBe(location);
  });

  it('may have the bare name, where a checksum tells', async () => {
    host.serve('/net-12345678.pth', bytes);
    await pull('x', { catalogue, environment: { CONVZOO_MIRROR: host.origin } });
    expect(host.seen.map(({ url }) => url)).toEqual(['/download.example/models/net-12345678.pth', '/net-12345678.pth']);
    expect((await failure(pull('https://download.example/other.pth', { mirror: host.origin }))).code).toBe('not-found');
  });

  it('may be a folder, and are checked the same', async () => {
    const folder = join(cache, 'mirror');
    mkdirSync(join(folder, 'download.example/models'), { recursive: true });
    writeFileSync(join(folder, 'download.example/models/net-12345678.pth'), bytes);
    const { path, from } = await pull('x', { catalogue, mirror: folder });
    expect(from).toBe('download');
    expect(readFileSync(path).equals(bytes)).toBe(true);
    writeFileSync(join(folder, 'net-00000000.pth'), bytes);
    const other = catalogueOf({
      location: 'https://download.example/net-00000000.pth',
      checksum: { algorithm: 'sha256', digest: '00000000' },
    });
    expect((await failure(pull('x', { catalogue: other, mirror: folder }))).code).toBe('wrong-checksum');
    expect((await failure(pull('https://e.example/x', { mirror: folder }))).code).toBe('not-found');
  });

  it('must be addresses or folders', async () => {
    for (const mirror of ['https://', 'https://user@host/', 'https://host/?q=1']) {
      expect((await failure(pull('x', { catalogue, mirror }))).code).toBe('bad-location');
    }
  });
});

describe('offline', () => {
  it('asks nothing of any network', async () => {
    const url = host.serve('/x', bytes);
    for (const options of [
      { offline: true },
      { environment: { CONVZOO_OFFLINE: '1' } },
      { environment: { HF_HUB_OFFLINE: '1' } },
    ]) {
      expect((await failure(pull(url, options))).code).toBe('offline');
    }
    expect(host.seen).toHaveLength(0);
  });
});

describe('files on disk', () => {
  it('are taken as they are, before any name', async () => {
    const path = join(cache, 'mine.pth');
    writeFileSync(path, 'x');
    expect(await pull(path)).toEqual({ path, from: 'file' });
  });

  it('that are not there are named', async () => {
    const error = await failure(pull('./nothing.pth'));
    expect(error.code).toBe('unknown-weights');
    expect(error.message).toContain('./nothing.pth');
  });
});

describe('an interruption', () => {
  it('keeps what has arrived, and the next time goes on', async () => {
    const url = host.serve('/weights.bin', bytes, 'stall', 'well');
    const controller = new AbortController();
    const stop = ({ received }: Progress): void => {
      if (received === SIZE / 2) controller.abort();
    };
    const error = await failure(pull(url, { signal: controller.signal, onProgress: stop }));
    expect(error.code).toBe('interrupted');
    expect(error.message).toContain(`${SIZE / 2} bytes`);
    const [left] = await listCache(cache);
    expect(left).toMatchObject({ state: 'unfinished', size: SIZE / 2 });
    const seen: Progress[] = [];
    const { path } = await pull(url, { onProgress: (progress) => seen.push(progress) });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(seen[0]).toEqual({ received: SIZE / 2, total: SIZE, resumed: SIZE / 2 });
    expect(ranges()).toEqual([undefined, `bytes=${SIZE / 2}-`]);
  });

  it('before the start is one too', async () => {
    const error = await failure(pull(host.serve('/x', bytes), { signal: AbortSignal.abort() }));
    expect(error.code).toBe('interrupted');
  });

  it('left bad bytes: found at the end, and brought again from the start', async () => {
    const location = host.serve('/weights.bin', bytes, 'stall', 'well');
    const catalogue = catalogueOf({ location, checksum: { algorithm: 'sha256', digest: sha256Of(bytes) } });
    await failure(pull('x', { catalogue, limits: { ...FAST, maxFailures: 1 } }));
    const { part } = cachePaths(cache, location);
    const left = readFileSync(part);
    left[5] = (left[5] ?? 0) ^ 1;
    writeFileSync(part, left);
    const { path } = await pull('x', { catalogue });
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(ranges()).toEqual([undefined, `bytes=${SIZE / 2}-`, undefined]);
  });

  it('left bytes without a validator or checksum: not trusted', async () => {
    const url = host.serve('/weights.bin', bytes, 'no-validator', 'well');
    const limits = { ...FAST, maxBytes: SIZE - 1 };
    await failure(pull(url, { limits }));
    const { part, partRecord } = cachePaths(cache, url);
    mkdirSync(join(part, '..'), { recursive: true });
    writeFileSync(part, bytes.subarray(0, 1000));
    writeFileSync(partRecord, JSON.stringify({ url, from: url }));
    await pull(url);
    expect(ranges().at(-1)).toBeUndefined();
  });

  it('after the last byte: nothing is brought twice', async () => {
    const url = host.serve('/weights.bin', bytes);
    const { path } = await pull(url);
    const { part, partRecord, record } = cachePaths(cache, url);
    writeFileSync(part, bytes);
    writeFileSync(
      partRecord,
      JSON.stringify({ url, from: url, validator: (await fetch(url)).headers.get('etag'), total: SIZE }),
    );
    rmSync(record);
    rmSync(path);
    expect((await pull(url)).from).toBe('download');
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(ranges().at(-1)).toBe(`bytes=${SIZE}-`);
  });
});

describe('the cache folder', () => {
  it('that cannot be one gives a typed error', async () => {
    const file = join(cache, 'file');
    writeFileSync(file, 'x');
    const error = await failure(pull(host.serve('/x', bytes), { cache: join(file, 'below') }));
    expect(error.code).toBe('cache-unusable');
    expect(error.message).toMatch(/CONVZOO_CACHE/);
  });

  it('with a broken record is as without', async () => {
    const url = host.serve('/x', bytes);
    const { path } = await pull(url);
    const { record } = cachePaths(cache, url);
    for (const text of ['', '{', 'null', '[]', '{"url":1}', '{"url":"x","size":-1,"sha256":"","downloaded":""}']) {
      writeFileSync(record, text);
      expect((await pull(url)).from).toBe('download');
    }
    writeFileSync(path, 'short');
    expect((await pull(url)).from).toBe('download');
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  it('with symbolic links in it leads nowhere', async () => {
    const url = host.serve('/x', bytes);
    const outside = join(cache, 'outside');
    writeFileSync(outside, 'mine');
    const { folder, part, file } = cachePaths(cache, url);
    mkdirSync(folder, { recursive: true });
    symlinkSync(outside, part);
    expect((await failure(pull(url))).code).toBe('cache-unusable');
    rmSync(part);
    symlinkSync(outside, file);
    await pull(url);
    expect(readFileSync(outside, 'utf8')).toBe('mine');
    expect(readFileSync(file).equals(bytes)).toBe(true);
  });

  it('is verified by hashing again', async () => {
    const { path } = await pullServed(['well']);
    const [entry] = await listCache(cache);
    if (entry === undefined) throw new Error('nothing in the cache');
    expect(await verifyEntry(entry)).toMatchObject({ ok: true });
    writeFileSync(
      path,
      bytes.map((byte, i) => (i === 99 ? byte ^ 1 : byte)),
    );
    const [changed] = await listCache(cache);
    if (changed === undefined) throw new Error('nothing in the cache');
    const verified = await verifyEntry(changed);
    expect(verified.ok).toBe(false);
    expect(verified.problem).toContain(`expected SHA-256 ${sha256Of(bytes)}, got `);
    expect(existsSync(path)).toBe(true);
  });
});
