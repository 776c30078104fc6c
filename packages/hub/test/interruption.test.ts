import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Progress } from '../src/index.js';
import { cachePaths } from '../src/node/paths.js';
import { listCache } from '../src/node.js';
import { bytes, cache, catalogueOf, FAST, failure, host, pull, ranges, SIZE, useHostAndCache } from './pull.js';
import { sha256Of } from './server.js';

useHostAndCache();

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

  it('so long that another process took the lock: nothing is put in place, and its bytes are left alone', async () => {
    const url = host.serve('/weights.bin', bytes);
    const { lock, part, file } = cachePaths(cache, url);
    const takeAway = ({ received }: Progress): void => {
      if (received === SIZE) writeFileSync(lock, JSON.stringify({ token: 'other', pid: 1, host: 'elsewhere' }));
    };
    expect((await failure(pull(url, { onProgress: takeAway }))).code).toBe('locked');
    expect(readFileSync(part).equals(bytes)).toBe(true);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(lock)).toBe(true);
  });
});
