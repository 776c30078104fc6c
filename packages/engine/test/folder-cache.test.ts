import { mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it, vi } from 'vitest';
import { folderCache } from '../src/node.js';

vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  return { ...fs, utimes: vi.fn(fs.utimes) };
});

const root = await mkdtemp(join(tmpdir(), 'convzoo-engine-cache-'));
afterAll(() => rm(root, { recursive: true }));
let folders = 0;
const newFolder = (): string => join(root, String(folders++), 'deep');
const bytes = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);
/** Makes an entry one that was used so many seconds ago. */
const age = (folder: string, name: string, seconds: number): Promise<void> => {
  const then = new Date(Date.now() - 1000 * seconds);
  return utimes(join(folder, name), then, then);
};

it('gives back what it was given, in parts of any length, of shared memory too', async () => {
  const cache = folderCache(newFolder());
  await cache.write('a', [bytes(3, 1), bytes(0, 0), bytes(5, 2)]);
  const parts = [new Uint8Array(new SharedArrayBuffer(4)), bytes(4, 0)];
  expect(await cache.read('a', parts)).toBe(true);
  expect([...parts[0]!, ...parts[1]!]).toEqual([1, 1, 1, 2, 2, 2, 2, 2]);
  expect(await cache.read('a', [bytes(7, 0)])).toBe(false);
  expect(await cache.read('a', [bytes(9, 0)])).toBe(false);
  expect(await cache.read('b', [bytes(8, 0)])).toBe(false);
});

it('leaves whole files only, whoever writes at once', async () => {
  const folder = newFolder();
  const caches = [folderCache(folder), folderCache(folder)];
  await Promise.all([1, 2, 3, 4, 5, 6].map((i) => caches[i % 2]!.write('a', [bytes(1e6, i)])));
  expect(await readdir(folder)).toEqual(['a.weights']);
  const found = await readFile(join(folder, 'a.weights'));
  expect(found.length).toBe(1e6);
  expect(found.every((byte) => byte === found[0])).toBe(true);
});

it('forgets what was used longest ago, and temporary files of processes that died', async () => {
  const folder = newFolder();
  const cache = folderCache(folder, { limit: 250 });
  await cache.write('a', [bytes(100, 1)]);
  await cache.write('b', [bytes(100, 2)]);
  await age(folder, 'a.weights', 20);
  await age(folder, 'b.weights', 10);
  expect(await cache.read('a', [bytes(100, 0)])).toBe(true);
  await writeFile(join(folder, 'c.12.tmp'), 'x');
  await writeFile(join(folder, 'd.34.tmp'), 'x');
  await age(folder, 'c.12.tmp', 100_000);
  await writeFile(join(folder, 'notes.txt'), 'not ours');
  await age(folder, 'notes.txt', 1e6);
  await cache.write('c', [bytes(100, 3)]);
  expect((await readdir(folder)).sort()).toEqual(['a.weights', 'c.weights', 'd.34.tmp', 'notes.txt']);
});

it('keeps nothing that is larger than all it may keep', async () => {
  const folder = newFolder();
  await folderCache(folder, { limit: 99 }).write('a', [bytes(100, 1)]);
  await expect(readdir(folder)).rejects.toThrow();
});

it('reads a folder that is only to be read', async () => {
  const cache = folderCache(newFolder());
  await cache.write('a', [bytes(10, 1)]);
  // As for a file of another user, or on a disk that is not to be written to; nobody is refused who is root.
  vi.mocked(utimes).mockRejectedValueOnce(Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' }));
  const parts = [bytes(10, 0)];
  expect(await cache.read('a', parts)).toBe(true);
  expect(parts).toEqual([bytes(10, 1)]);
  expect(vi.mocked(utimes)).toHaveBeenCalled();
});

it('does nothing where the folder cannot be made, read or written', async () => {
  const file = join(root, 'file');
  await writeFile(file, '');
  const cache = folderCache(join(file, 'folder'));
  await cache.write('a', [bytes(10, 1)]);
  expect(await cache.read('a', [bytes(10, 0)])).toBe(false);
  const folder = newFolder();
  await mkdir(folder, { recursive: true });
  await mkdir(join(folder, 'a.weights'));
  await folderCache(folder).write('a', [bytes(10, 1)]);
  expect(await folderCache(folder).read('a', [bytes(10, 0)])).toBe(false);
  expect(await readdir(folder)).toEqual(['a.weights']);
});
