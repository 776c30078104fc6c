import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { withLock } from '../../scripts/workspace/lock.mjs';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** No process has this id: Linux, macOS and Windows stay far below. */
const nobody = 2 ** 31 - 2;

describe('withLock', () => {
  it('lets one in at a time, and all of them in the end', async () => {
    const file = join(folder, 'many');
    let inside = 0;
    let most = 0;
    const work = async (n: number) => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inside -= 1;
      return n;
    };
    const results = await Promise.all([1, 2, 3, 4].map((n) => withLock('test', () => work(n), file)));
    expect(results).toEqual([1, 2, 3, 4]);
    expect(most).toBe(1);
    expect(existsSync(file)).toBe(false);
  });

  it('is given back when the work fails', async () => {
    const file = join(folder, 'failing');
    await expect(withLock('test', () => Promise.reject(new Error('no')), file)).rejects.toThrow('no');
    expect(existsSync(file)).toBe(false);
  });

  it.each([
    ['of a process that is gone', `${nobody} ${hostname()}`, 0],
    ['of another machine, long untouched', '1 elsewhere', 60],
    ['half-written long ago', '', 60],
  ])('takes over a lock %s', async (_, content, age) => {
    const file = join(folder, 'stale');
    writeFileSync(file, content);
    const then = new Date(Date.now() - age * 1000);
    utimesSync(file, then, then);
    expect(await withLock('test', async () => 'in', file)).toBe('in');
  });

  it.each([
    ['of a process that lives', `${process.pid} ${hostname()}`],
    ['of another machine, touched just now', '1 elsewhere'],
    ['half-written just now', ''],
  ])('waits for a lock %s', async (_, content) => {
    const file = join(folder, 'held');
    writeFileSync(file, content);
    let entered = false;
    const waiting = withLock(
      'test',
      async () => {
        entered = true;
      },
      file,
    );
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(entered).toBe(false);
    rmSync(file);
    await waiting;
    expect(entered).toBe(true);
  });
});
