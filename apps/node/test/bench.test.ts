import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { joulesBetween, openEnergyMeter } from '../src/benchmark/energy.js';
import { run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-bench-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('bench', () => {
  it('measures each network on each backend, the engine at its numbers of threads', { timeout: 120_000 }, async () => {
    const args = ['--models', 'resnet8-cifar10,mobilenet_v2@0.35,32', '--backends', 'engine,wasm', '--threads', '1'];
    const { code, stdout, stderr } = await run(['bench', ...args, '--runs', '7', '--json']);
    expect([code, stderr]).toEqual([0, '']);
    const rows = JSON.parse(stdout);
    expect(
      rows.map(({ model, backend, threads, batch }: Record<string, unknown>) => [model, backend, threads, batch]),
    ).toEqual([
      ['resnet8-cifar10', 'engine', 1, 1],
      ['resnet8-cifar10', 'wasm', undefined, 1],
      ['mobilenet_v2@0.35,32', 'engine', 1, 1],
      ['mobilenet_v2@0.35,32', 'wasm', undefined, 1],
    ]);
    for (const { first, median, min, peakMemory } of rows) {
      expect(min).toBeGreaterThan(0);
      expect(median).toBeGreaterThanOrEqual(min);
      expect(first).toBeGreaterThan(0);
      // A Node process has tens of megabytes.
      expect(peakMemory).toBeGreaterThan(2e7);
    }
  });

  it('fits 80 columns', { timeout: 120_000 }, async () => {
    const { code, stdout } = await run(['bench', '--models', 'resnet8-cifar10', '--backends', 'engine', '--runs', '3']);
    expect(code).toBe(0);
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
    expect(stdout).toMatch(/^network +backend +threads/);
  });

  it.each([
    [['--models', 'resnet51'], /resnet50/],
    [['--backends', 'fast'], /--backends is one of/],
    [['--runs', '0'], /whole number of at least 1/],
  ] as const)('%j is told before anything runs', async (args, message) => {
    const { code, stdout, stderr } = await run(['bench', ...args]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(message);
  });
});

describe('energy', () => {
  it('is the difference of two readings, over the end of the counter too', () => {
    expect(joulesBetween(1_000_000, 3_500_000, 10_000_000)).toBe(2.5);
    expect(joulesBetween(9_000_000, 500_000, 10_000_000)).toBe(1.5);
  });

  it('is read from the counter around the work', async () => {
    const [counter, range] = [join(folder, 'energy_uj'), join(folder, 'max_energy_range_uj')];
    writeFileSync(counter, '5000000\n');
    writeFileSync(range, '262143328850\n');
    const meter = await openEnergyMeter(counter, range);
    expect(await meter.during(async () => writeFileSync(counter, '12000000\n'))).toBe(7);
  });

  it('says what to do where there is no counter', async () => {
    const absent = join(folder, 'absent');
    await expect(openEnergyMeter(absent, absent)).rejects.toMatchObject({
      code: 'no-energy-counter',
      message: expect.stringMatching(/shows no .*absent .*convzoo cost MODEL/),
    });
  });
});
