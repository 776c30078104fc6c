/** Which backend work gets, by a trial that is measured once and kept. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildModel } from '@convzoo/zoo';
import { afterAll, describe, expect, it } from 'vitest';
import { isDecidedByTrial, isWorthATrial, macsOf, ranked, reasonOf, threadsFor } from '../src/choice/trial.js';
import { samplePictures } from '../src/pictures/samples.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-choice-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a trial', () => {
  const trial = {
    model: 'net',
    batch: 2,
    date: Date.UTC(2026, 0, 2),
    rows: [
      { backend: 'engine', threads: 2, start: 50, run: 20 },
      { backend: 'engine', threads: 1, start: 30, run: 40 },
      { backend: 'tensorflow', start: 600, run: 10 },
    ],
  };
  const names = (pictures: number, threads?: number) =>
    ranked(trial, pictures, threads).map(({ backend, threads: each }) => `${backend}${each ?? ''}`);

  it('weighs the start against the run', () => {
    expect(names(1)).toEqual(['engine1', 'engine2', 'tensorflow']);
    expect(names(20)).toEqual(['engine2', 'engine1', 'tensorflow']);
    expect(names(1000)[0]).toBe('tensorflow');
    expect(names(1000, 1)).toEqual(['tensorflow', 'engine1']);
  });

  it('is told per picture', () => {
    expect(reasonOf(ranked(trial, 1000), trial)).toBe(
      'the fastest for so many pictures as measured here on 2026-01-02: 5.0 ms each, engine on 2 threads 10, engine on 1 thread 20',
    );
  });
});

describe('without one', () => {
  const graph = buildModel('resnet20-cifar10');
  const large = buildModel('resnet50');

  it('MACs are those of convolutions and dense layers', () => {
    // The published figures (conv and fc).
    expect(macsOf(large)).toBe(4_089_184_256);
    expect(macsOf(graph)).toBeCloseTo(40.55e6, -4.3);
  });

  it('threads are for work that is worth their start', () => {
    expect([threadsFor(graph, 100_000, 8), threadsFor(large, 1, 8), threadsFor(undefined, 1, 8)]).toEqual([1, 8, 8]);
    const small = buildModel('mobilenet_v2');
    expect([threadsFor(small, 1, 8), threadsFor(small, 10, 8)]).toEqual([1, 8]);
  });

  it('measuring is for long work, and looking one up for work that is not short', () => {
    expect([1, 3, 10, 100].map((pictures) => isDecidedByTrial(large, pictures))).toEqual([false, false, true, true]);
    expect([1, 10, 100].map((pictures) => isWorthATrial(large, pictures))).toEqual([false, false, true]);
  });
});

describe('the command', () => {
  const [picture = ''] = samplePictures();
  const cache = join(folder, 'cache');
  const env = { CONVZOO_CACHE: cache };
  it('measures once for long work, keeps it, tells it, and doctor shows it', { timeout: 180_000 }, async () => {
    const short = await run(['classify', picture], { env });
    expect(short.stderr).toMatch(/Backend: engine, the default: starts at once .* 1 thread\)/);
    expect(existsSync(cache)).toBe(false);
    // So many pictures of ResNet-20 that a trial pays; that they are missing comes out only after it.
    const names = Array.from({ length: 6000 }, (_, i) => join(folder, `${i}.jpg`));
    const list = join(folder, 'list.txt');
    writeFileSync(list, names.join('\n'));
    const first = await run(['classify', '--files-from', list, '--jsonl'], { env });
    expect([first.code, first.stdout.trim().split('\n').length]).toEqual([1, 6000]);
    expect(first.stderr).toMatch(/Measuring once which backend is the fastest for resnet20-cifar10 here/);
    expect(first.stderr).toMatch(/Backend: \w+, the fastest for so many pictures as measured here on \d{4}-/);
    const [machine = ''] = readdirSync(join(cache, 'trials'));
    const [file = ''] = readdirSync(join(cache, 'trials', machine));
    const kept = readFileSync(join(cache, 'trials', machine, file), 'utf8');
    const doctor = await run(['doctor', '--json'], { env });
    const check = JSON.parse(doctor.stdout).checks.find(({ name }: { name: string }) => name === 'Choice of backend');
    expect(check).toMatchObject({ status: 'ok', found: expect.stringMatching(/^resnet20-cifar10 by \w+.* ms/) });
    expect(check.facts.trials).toEqual([JSON.parse(kept)]);
    // A file that is no trial is as good as none.
    writeFileSync(join(cache, 'trials', machine, file), '{"rows":[]}');
    const again = await run(['doctor', '--json'], { env });
    expect(again.stdout).toContain('nothing measured yet');
  });
});
