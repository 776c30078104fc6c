import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../src/index.js';
import {
  bytes,
  cache,
  catalogueOf,
  FAST,
  failure,
  filesOf,
  host,
  pull,
  pullServed,
  ranges,
  SIZE,
  useHostAndCache,
} from './pull.js';
import { fakeHost, type Manner, md5Of, sha256Of, someBytes } from './server.js';

useHostAndCache();

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
