import { existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { cachePaths } from '../src/node/paths.js';
import { type CacheEntry, cacheFolder, listCache, pruneCache, selectForPruning } from '../src/node.js';
import { bytes, cache, FAST, failure, host, pull, SIZE, useHostAndCache } from './pull.js';

useHostAndCache();

const DAY = 86_400_000;

async function pulled(name: string, daysAgo: number): Promise<string> {
  const url = host.serve(name, bytes);
  await pull(url);
  const used = new Date(Date.now() - daysAgo * DAY);
  utimesSync(cachePaths(cache, url).record, used, used);
  return url;
}
const urlsOf = (entries: readonly CacheEntry[]): readonly string[] => entries.map(({ url }) => url);

describe('cacheFolder', () => {
  it.each([
    [{ CONVZOO_CACHE: '/x/y', XDG_CACHE_HOME: '/z' }, '/x/y'],
    [{ CONVZOO_CACHE: '', XDG_CACHE_HOME: '/z' }, '/z/convzoo'],
  ])('%j is %s', (environment, expected) => {
    expect(cacheFolder(environment)).toBe(expected);
  });

  it('is in the home folder otherwise, also where XDG_CACHE_HOME is relative', () => {
    expect(cacheFolder({})).toMatch(/\/\.cache\/convzoo$/);
    expect(cacheFolder({ XDG_CACHE_HOME: 'relative' })).toBe(cacheFolder({}));
  });
});

describe('listCache', () => {
  it('gives the last used first, unfinished ones too', async () => {
    const [old, recent] = [await pulled('/old', 9), await pulled('/recent', 1)];
    const broken = host.serve('/broken', bytes, 'stall');
    await failure(pull(broken, { limits: { ...FAST, maxFailures: 1 } }));
    const entries = await listCache(cache);
    expect(urlsOf(entries)).toEqual([broken, recent, old]);
    expect(entries.map(({ state, size }) => [state, size])).toEqual([
      ['unfinished', SIZE / 2],
      ['complete', SIZE],
      ['complete', SIZE],
    ]);
  });

  it('is empty where there is no folder, and sees nothing that is not its own', async () => {
    expect(await listCache(join(cache, 'nowhere'))).toEqual([]);
    const foreign = join(cache, 'host', '0123456789abcdef');
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, 'thesis.tex'), 'x');
    writeFileSync(
      join(foreign, 'record.json'),
      JSON.stringify({ url: 'https://h/x', size: 1, sha256: 'a'.repeat(64), downloaded: '' }),
    );
    mkdirSync(join(cache, 'host', 'other'));
    writeFileSync(join(cache, 'host', 'other', 'part'), 'x');
    expect(await listCache(cache)).toEqual([]);
    expect((await pruneCache(cache)).removed).toEqual([]);
    expect(readFileSync(join(foreign, 'thesis.tex'), 'utf8')).toBe('x');
  });

  it('counts a use of a file', async () => {
    const url = await pulled('/old', 9);
    await pulled('/recent', 1);
    await pull(url);
    expect(urlsOf(await listCache(cache))[0]).toBe(url);
  });
});

describe('pruneCache', () => {
  it('removes what was not used for long', async () => {
    const [old, recent] = [await pulled('/old', 9), await pulled('/recent', 1)];
    const { removed } = await pruneCache(cache, { olderThan: 5 * DAY });
    expect(urlsOf(removed)).toEqual([old]);
    expect(existsSync(cachePaths(cache, old).folder)).toBe(false);
    expect(urlsOf(await listCache(cache))).toEqual([recent]);
  });

  it('keeps so many bytes, the last used ones', async () => {
    const urls = [await pulled('/a', 3), await pulled('/b', 2), await pulled('/c', 1)];
    const { removed } = await pruneCache(cache, { maxBytes: 2 * SIZE });
    expect(urlsOf(removed)).toEqual([urls[0]]);
    expect((await pruneCache(cache, { maxBytes: 2 * SIZE })).removed).toEqual([]);
    expect((await pruneCache(cache)).removed).toHaveLength(2);
    expect(await listCache(cache)).toEqual([]);
  });

  it('leaves alone what is being downloaded', async () => {
    const url = await pulled('/a', 3);
    const { lock, file } = cachePaths(cache, url);
    writeFileSync(lock, JSON.stringify({ token: 'x', pid: process.pid, host: hostname() }));
    const { removed, busy } = await pruneCache(cache);
    expect([urlsOf(removed), urlsOf(busy)]).toEqual([[], [url]]);
    expect(existsSync(file)).toBe(true);
  });

  it('selects by both rules at once', () => {
    const entry = (url: string, daysAgo: number, size: number) =>
      ({ url, size, lastUsed: -daysAgo * DAY }) as CacheEntry;
    const entries = [entry('a', 1, 5), entry('b', 2, 5), entry('c', 3, 1), entry('d', 9, 0)];
    expect(urlsOf(selectForPruning(entries, { olderThan: 5 * DAY, maxBytes: 6, now: 0 }))).toEqual(['b', 'd']);
  });
});
