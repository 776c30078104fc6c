/** features over many pictures: what it shares with classify, and arrays that are gone on with. */
import { existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { samplePictures } from '../src/pictures/samples.js';
import { run, runUntil } from './run.js';

const fixtures = fileURLToPath(new URL('../../../fixtures/preprocessing/images/', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'convzoo-features-stream-'));
afterAll(() => rmSync(folder, { recursive: true }));
const features = (args: readonly string[]) => run(['features', ...args], { cwd: folder });
const bytes = (name: string): Buffer => readFileSync(join(folder, name));
const parse = (text: string) =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

beforeAll(() => {
  mkdirSync(join(folder, 'mixed'));
  const [airplane = '', boats = ''] = samplePictures();
  const files = [airplane, `${fixtures}broken-text.png`, boats, `${fixtures}bmp-rgb24.bmp`];
  files.forEach((file, i) => {
    writeFileSync(join(folder, 'mixed', `${i}${file.slice(file.lastIndexOf('.'))}`), readFileSync(file));
  });
  mkdirSync(join(folder, 'many'));
  for (let i = 0; i < 300; i++)
    linkSync(join(folder, 'mixed', '3.bmp'), join(folder, 'many', `${String(i).padStart(3, '0')}.bmp`));
});

describe('lines', () => {
  it('are the same bytes whatever the batch and the workers, on stdout and in a file', async () => {
    const { code, stdout } = await features(['mixed', '-q', '--workers', '0']);
    expect([code, parse(stdout).length]).toEqual([1, 4]);
    for (const options of [
      ['--batch', '3'],
      ['--workers', '2', '--batch', '2', '--jsonl'],
      ['-o', 'plain.jsonl'],
    ]) {
      const other = await features(['mixed', '-q', ...options]);
      expect(options[0] === '-o' ? bytes('plain.jsonl').toString() : other.stdout).toBe(stdout);
    }
    const list = await run(['features', '--files-from', '-', '-q'], {
      cwd: folder,
      stdin: 'mixed/0.jpg\nmixed/2.jpg\n',
    });
    const [first, , third] = parse(stdout);
    expect(parse(list.stdout)).toEqual([first, third]);
  });

  it('are gone on with after a break, and not mixed with others', async () => {
    const args = ['mixed', '-q', '-o', 'cut.jsonl'];
    expect((await features(args)).code).toBe(1);
    const whole = bytes('cut.jsonl').toString();
    expect(await features(args)).toMatchObject({ code: 2, stderr: expect.stringMatching(/--resume goes on/) });
    for (const end of [0, 40, whole.indexOf('\n') + 1, whole.length - 1, whole.length]) {
      writeFileSync(join(folder, 'cut.jsonl'), whole.slice(0, end));
      expect([(await features([...args, '--resume'])).code, bytes('cut.jsonl').toString() === whole]).toEqual([
        1,
        true,
      ]);
    }
    const other = await features([...args, '--resume', '--layer', 'layer1']);
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/of 64 features of avgpool, and this is 16/),
    });
    const nearest = await features([...args, '--resume', '--nearest', '1', '--index', 'plain.jsonl']);
    expect(nearest).toMatchObject({ code: 2, stderr: expect.stringMatching(/and this is nearest pictures/) });
    expect(bytes('cut.jsonl').toString()).toBe(whole);
  }, 120_000);

  it.skipIf(process.platform === 'win32')('stop at a signal, whole', async () => {
    const args = ['features', join(folder, 'many'), '-o', join(folder, 'signal.jsonl')];
    const stopped = await runUntil(args, /Backend:/, 'SIGTERM');
    expect([stopped.code, stopped.stderr]).toEqual([143, expect.stringMatching(/Stopped after \d+ of 300 pictures\./)]);
    const there = parse(bytes('signal.jsonl').toString()).length;
    expect(there).toBeLessThan(300);
    expect((await run([...args, '--resume', '-q'])).code).toBe(0);
    expect(parse(bytes('signal.jsonl').toString()).map(({ image }) => image)).toHaveLength(300);
  });
});

describe('an array', () => {
  it('has its name when it is whole, and is gone on with after a break', async () => {
    const args = ['mixed', '-q', '--format', 'npy', '-o', 'a.npy', '--batch', '2'];
    expect((await features(args)).code).toBe(1);
    const whole = bytes('a.npy');
    expect(await features(args)).toMatchObject({ code: 2, stderr: expect.stringMatching(/a\.npy is there already/) });
    // Whole already: nothing is left to do, and the failure is still one.
    expect((await features([...args, '--resume'])).code).toBe(1);
    expect(bytes('a.npy')).toEqual(whole);
    for (const end of [whole.length - 1, 128 + 256 + 13, 128]) {
      rmSync(join(folder, 'a.npy'));
      writeFileSync(join(folder, 'a.npy.part'), whole.subarray(0, end));
      expect((await features(args)).code).toBe(2);
      expect((await features([...args, '--resume'])).code, `cut at ${end}`).toBe(1);
      expect([existsSync(join(folder, 'a.npy.part')), bytes('a.npy').equals(whole)]).toEqual([false, true]);
    }
    const other = await features(['mixed/0.jpg', ...args.slice(1), '--resume']);
    expect(other).toMatchObject({ code: 2, stderr: expect.stringMatching(/is not of these pictures in this order/) });
    expect(bytes('a.npy')).toEqual(whole);
  }, 120_000);

  it.skipIf(process.platform === 'win32')('is a part only where a signal ended it', async () => {
    const args = ['features', join(folder, 'many'), '--format', 'npy', '-o', join(folder, 's.npy')];
    expect((await runUntil(args, /Backend:/, 'SIGINT')).code).toBe(130);
    expect([existsSync(join(folder, 's.npy')), existsSync(join(folder, 's.npy.part'))]).toEqual([false, true]);
    expect((await run([...args, '--resume', '-q'])).code).toBe(0);
    expect(bytes('s.npy')).toHaveLength(128 + 300 * 64 * 4);
  });
});

describe('the nearest among the pictures themselves', () => {
  const args = ['mixed', '-q', '--nearest', '2', '-o', 'near.jsonl'];
  const remove = (...names: readonly string[]): void => {
    for (const name of names) rmSync(join(folder, name), { force: true });
  };

  it('are the same in a file, and are gone on with wherever they broke off', async () => {
    const plain = await features(['mixed', '-q', '--nearest', '2', '--jsonl']);
    expect((await features(args)).code).toBe(1);
    const whole = bytes('near.jsonl').toString();
    expect([whole, existsSync(join(folder, 'near.jsonl.vectors'))]).toEqual([plain.stdout, false]);
    expect((await features(['mixed', '-q', '-o', 'all.jsonl'])).code).toBe(1);
    const vectors = bytes('all.jsonl').toString();
    for (const [there, nearest] of [
      [0, 0],
      [vectors.indexOf('\n') + 40, 0],
      [vectors.length, 0],
      [vectors.length, whole.length - 3],
      [0, whole.length],
    ] as const) {
      remove('near.jsonl', 'near.jsonl.vectors');
      if (there > 0) writeFileSync(join(folder, 'near.jsonl.vectors'), vectors.slice(0, there));
      if (nearest > 0) writeFileSync(join(folder, 'near.jsonl'), whole.slice(0, nearest));
      const { code } = await features([...args, '--resume']);
      const left = existsSync(join(folder, 'near.jsonl.vectors'));
      expect([code, bytes('near.jsonl').toString(), left]).toEqual([1, whole, false]);
    }
  }, 120_000);

  it('are not mixed with vectors of another layer, nor written over', async () => {
    remove('near.jsonl', 'near.jsonl.vectors');
    writeFileSync(join(folder, 'near.jsonl.vectors'), bytes('all.jsonl'));
    expect(await features(args)).toMatchObject({ code: 2, stderr: expect.stringMatching(/vectors is there already/) });
    const other = await features([...args, '--resume', '--layer', 'layer1']);
    expect(other).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/of 64 features of avgpool, and this is 16/),
    });
  });

  it.skipIf(process.platform === 'win32')('go on after a signal', async () => {
    const many = ['features', join(folder, 'many'), '--nearest', '1', '-o', join(folder, 'near-many.jsonl')];
    const stopped = await runUntil(many, /Backend:/, 'SIGTERM');
    expect([stopped.code, stopped.stderr]).toEqual([143, expect.stringMatching(/with --resume goes on with/)]);
    expect(existsSync(join(folder, 'near-many.jsonl.vectors'))).toBe(true);
    expect((await run([...many, '--resume', '-q'])).code).toBe(0);
    expect(parse(bytes('near-many.jsonl').toString())).toHaveLength(300);
  });
});

it('--resume without a file or in other forms is refused', async () => {
  for (const args of [['--resume'], ['--jsonl', '--format', 'npy', '-o', 'x']])
    expect((await features(['mixed', ...args])).code).toBe(2);
  expect(await features([])).toMatchObject({ code: 2, stderr: expect.stringMatching(/Name pictures/) });
});
