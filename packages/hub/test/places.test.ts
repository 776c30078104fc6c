import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cachePaths } from '../src/node/paths.js';
import { listCache, verifyEntry } from '../src/node.js';
import { bytes, cache, catalogueOf, failure, host, pull, pullServed, SIZE, useHostAndCache } from './pull.js';
import { fakeHost, sha256Of, someBytes } from './server.js';

useHostAndCache();

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

describe('a refresh', () => {
  it('downloads again what is in the cache', async () => {
    const url = host.serve('/x', bytes);
    const { path } = await pull(url);
    const other = someBytes(SIZE, 9);
    host.serve('/x', other);
    expect(await pull(url)).toMatchObject({ from: 'cache' });
    expect(await pull(url, { refresh: true })).toMatchObject({ from: 'download', path });
    expect(readFileSync(path).equals(other)).toBe(true);
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
