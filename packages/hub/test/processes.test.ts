import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeLock } from '../src/node/lock.js';
import { cachePaths } from '../src/node/paths.js';
import { type FakeHost, fakeHost, sha256Of, someBytes } from './server.js';

const child = fileURLToPath(new URL('child.mjs', import.meta.url));
const built = existsSync(new URL('../dist/node.js', import.meta.url));
const bytes = someBytes(400_000);
const digest = sha256Of(bytes);

interface Said {
  readonly received?: number;
  readonly from?: string;
  readonly path?: string;
  readonly code?: string;
}

let host: FakeHost;
let cache: string;
const started: ChildProcess[] = [];

beforeEach(async () => {
  host = await fakeHost();
  cache = mkdtempSync(join(tmpdir(), 'convzoo-hub-'));
});
afterEach(async () => {
  for (const process of started.splice(0)) process.kill('SIGKILL');
  await host.close();
  rmSync(cache, { recursive: true, force: true });
});

/** Starts the process; `until` is asked after each thing it says, and true kills it at once. */
function pull(
  url: string,
  until: (said: Said) => boolean = () => false,
  wrapper: readonly string[] = [],
): Promise<Said[]> {
  const [command = process.execPath, ...args] = [...wrapper, process.execPath, child, url, cache, digest];
  const running = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  started.push(running);
  const all: Said[] = [];
  let rest = '';
  running.stdout?.on('data', (data: Buffer) => {
    const lines = `${rest}${data.toString()}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const said = JSON.parse(line) as Said;
      all.push(said);
      if (until(said)) running.kill('SIGKILL');
    }
  });
  return new Promise((resolve) => running.on('close', () => resolve(all)));
}

const filesLeft = (): string[] =>
  readdirSync(cache, { recursive: true, withFileTypes: true })
    .filter((each) => each.isFile())
    .map(({ name }) => name)
    .sort();

// "npm test" builds before it tests; by hand: npx tsc -p packages/hub/tsconfig.build.json
describe.skipIf(!built)('several processes', () => {
  it('that want one file at once bring it once', async () => {
    const url = host.serve('/weights.bin', bytes);
    const results = await Promise.all([pull(url), pull(url), pull(url)]);
    const last = results.map((all) => all.at(-1));
    expect(last.map((said) => said?.from).sort()).toEqual(['cache', 'cache', 'download']);
    expect(new Set(last.map((said) => said?.path)).size).toBe(1);
    expect(host.seen).toHaveLength(1);
    expect(readFileSync(last[0]?.path ?? '').equals(bytes)).toBe(true);
    expect(filesLeft()).toEqual(['record.json', 'weights.bin']);
  });

  it('of which one is killed in the middle: the next goes on where it was', async () => {
    const url = host.serve('/weights.bin', bytes, 'stall', 'well');
    await pull(url, ({ received }) => received !== undefined);
    expect(filesLeft()).toEqual(['lock', 'part', 'part.json']);
    const all = await pull(url);
    expect(all.at(-1)).toMatchObject({ from: 'download' });
    expect(host.seen[1]?.headers.range).toMatch(/^bytes=[1-9]\d*-$/);
    expect(readFileSync(all.at(-1)?.path ?? '').equals(bytes)).toBe(true);
    expect(filesLeft()).toEqual(['record.json', 'weights.bin']);
  });

  it('of which the first is killed while the second waits', async () => {
    const url = host.serve('/weights.bin', bytes, 'stall', 'well');
    let second: Promise<Said[]> | undefined;
    await pull(url, ({ received }) => {
      if (received === undefined) return false;
      second = pull(url);
      return true;
    });
    expect((await second)?.at(-1)).toMatchObject({ from: 'download' });
    expect(host.seen).toHaveLength(2);
  });
});

const unshare = 'unshare';
const canMount = process.platform === 'linux' && spawnSync(unshare, ['-m', 'true']).status === 0;

// A disk of its own needs the right to mount one, as root has it.
describe.skipIf(!built || !canMount)('a disk', () => {
  const onDisk = (options: string, before: string): string[] => [
    unshare,
    '-m',
    'sh',
    '-c',
    `mount -t tmpfs -o ${options} none ${cache} && ${before} && exec "$@"`,
    'sh',
  ];

  it('that is too small is found before the download', async () => {
    const url = host.serve('/weights.bin', bytes);
    const all = await pull(url, undefined, onDisk('size=1m', 'true'));
    expect(all.at(-1)).toMatchObject({ code: 'disk-full' });
  });

  it('that fills up meanwhile gives the same error', async () => {
    // Without a length nothing is known before; 17 MB are free, the least that is started with.
    const big = someBytes(20 * 2 ** 20);
    const url = host.serve('/weights.bin', big, 'chunked');
    const all = await pull(url, undefined, onDisk('size=17m', 'true'));
    expect(all.at(-1)).toMatchObject({ code: 'disk-full' });
  });

  it('that is read-only gives a typed error, and still serves what it has', async () => {
    const url = host.serve('/weights.bin', bytes);
    const readOnly = await pull(url, undefined, onDisk('size=30m', `mount -o remount,ro ${cache}`));
    expect(readOnly.at(-1)).toMatchObject({ code: 'cache-unusable' });
    const first = await pull(url);
    expect(first.at(-1)).toMatchObject({ from: 'download' });
    const bind = `mount --bind ${cache} ${cache} && mount -o remount,ro,bind ${cache}`;
    const again = await pull(url, undefined, [unshare, '-m', 'sh', '-c', `${bind} && exec "$@"`, 'sh']);
    expect(again.at(-1)).toMatchObject({ from: 'cache' });
  });
});

describe('a lock', () => {
  const signal = new AbortController().signal;

  it('is given to one at a time, and back', async () => {
    const path = join(cache, 'lock');
    let [inside, most, done] = [0, 0, 0];
    const turn = async (): Promise<void> => {
      const lock = await takeLock(path, signal);
      most = Math.max(most, ++inside);
      await new Promise((resolve) => setTimeout(resolve, 10));
      inside--;
      done++;
      await lock.release();
    };
    await Promise.all([turn(), turn(), turn(), turn()]);
    expect([most, done, existsSync(path)]).toEqual([1, 4, false]);
  });

  it('that a dead process left is taken soon; one that is touched is not', async () => {
    const path = join(cache, 'lock');
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(path, JSON.stringify({ token: 'x', pid: dead, host: hostname() }));
    const touch = setInterval(() => utimesSync(path, new Date(), new Date()), 300);
    await expect(takeLock(path, AbortSignal.timeout(4000))).rejects.toThrow();
    clearInterval(touch);
    const before = performance.now();
    await (await takeLock(path, signal)).release();
    expect(performance.now() - before).toBeLessThan(6000);
  }, 20_000);

  it('that another took away meanwhile is noticed before the file is put in place', async () => {
    const path = join(cache, 'lock');
    const lock = await takeLock(path, signal);
    writeFileSync(path, JSON.stringify({ token: 'other', pid: process.pid, host: hostname() }));
    await expect(lock.check()).rejects.toMatchObject({ code: 'locked' });
    await lock.release();
    expect(existsSync(path)).toBe(true);
  });

  it('that is no lock of ours, or half written, is taken after a while', async () => {
    const { folder, lock } = cachePaths(cache, 'https://h/x');
    mkdirSync(folder, { recursive: true });
    writeFileSync(lock, '{"token":');
    await (await takeLock(lock, signal)).release();
    expect(existsSync(lock)).toBe(false);
  }, 20_000);
});
