import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { backendNames } from '../src/backend-names.js';
import { memoryCheck, nodeCheck, simdCheck } from '../src/doctor/machine.js';
import { type Ran, run } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'convzoo-doctor-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Check {
  readonly name: string;
  readonly status: 'ok' | 'note' | 'problem';
  readonly found: string;
  readonly remedy?: string;
  readonly facts: Record<string, unknown>;
}

/** With a cache of its own, so that what lies in the developer's does not matter. */
function doctor(args: readonly string[], cache: string, columns = 80): Promise<Ran> {
  return run(['doctor', ...args], { columns, env: { CONVZOO_CACHE: cache } });
}

async function checks(cache: string): Promise<{ code: number; ok: boolean; named: (name: string) => Check }> {
  const { code, stdout, stderr } = await doctor(['--json'], cache);
  expect(stderr).toBe('');
  const { ok, checks: list } = JSON.parse(stdout) as { ok: boolean; checks: readonly Check[] };
  for (const { status, remedy } of list) expect(status === 'ok' || remedy !== undefined).toBe(true);
  const named = (name: string): Check => list.find((check) => check.name === name) as Check;
  return { code, ok, named };
}

describe('doctor', () => {
  it('finds nothing broken here: every backend that is there gives the golden answer', async () => {
    const cache = join(folder, 'none-yet');
    const { code, ok, named } = await checks(cache);
    expect([code, ok]).toEqual([0, true]);
    for (const name of ['Node', 'CPU', 'Memory', 'SIMD', 'Threads', 'Cache', 'Embedded weights', 'Terminal'])
      expect(named(name), name).toBeDefined();
    const there = backendNames.filter((name) => named(`Backend ${name}`).status === 'ok');
    expect(there).toEqual(expect.arrayContaining(['engine', 'wasm', 'cpu']));
    const { differences, tolerance } = named('Golden picture').facts as {
      tolerance: number;
      differences: { backend: string; maxAbs: number; relative: number }[];
    };
    expect(differences.map(({ backend }) => backend)).toEqual(there);
    for (const { relative } of differences) expect(relative).toBeLessThan(tolerance / 10);
    // Looking leaves nothing behind.
    expect(existsSync(cache)).toBe(false);
    expect(named('Cache').facts).toMatchObject({ folder: cache, files: 0, writable: true });
  });

  it.each([50, 80, 160])('keeps within %i columns but for long words, and says how it all stands', async (columns) => {
    const { code, stdout, stderr } = await doctor([], join(folder, 'none-yet'), columns);
    expect([code, stderr.trim()]).toEqual([0, expect.stringMatching(/^All is well/)]);
    for (const line of stdout.split('\n').filter((text) => !text.includes(folder))) {
      expect(line.length).toBeLessThanOrEqual(columns);
    }
  });

  it('names weights that have changed on disk, and the remedy', async () => {
    const cache = join(folder, 'cache');
    const url = 'https://example.org/net.safetensors';
    const entry = join(cache, 'example.org', createHash('sha256').update(url).digest('hex').slice(0, 16));
    mkdirSync(entry, { recursive: true });
    const sha256 = '0'.repeat(64);
    const record = { url, size: 5, sha256, downloaded: '2026-01-01T00:00:00.000Z' };
    writeFileSync(join(entry, 'net.safetensors'), 'other');
    writeFileSync(join(entry, 'record.json'), JSON.stringify(record));
    const { code, ok, named } = await checks(cache);
    expect([code, ok]).toEqual([1, false]);
    expect(named('Cached weights')).toMatchObject({
      status: 'problem',
      found: expect.stringContaining(url),
      remedy: expect.stringContaining('convzoo weights verify --remove'),
      facts: { hashed: 1 },
    });
    const { stdout } = await doctor(['--quiet'], cache);
    expect(stdout).toMatch(/^PROBLEM {2}Cached weights/m);
    expect(stdout).not.toMatch(/^ok/m);
  });

  it('says that the cache cannot be used, and what to set', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    const { code, named } = await checks(file);
    expect(code).toBe(1);
    expect(named('Cache')).toMatchObject({ status: 'problem', remedy: expect.stringContaining('CONVZOO_CACHE') });
    // The other looks went on.
    expect(named('Golden picture').status).toBe('ok');
  });

  it('tells an old Node, and little memory', () => {
    expect(nodeCheck('18.20.4')).toMatchObject({ status: 'problem', remedy: expect.stringContaining('20.19') });
    expect(nodeCheck('20.18.9').status).toBe('problem');
    expect([nodeCheck('20.19.0').status, nodeCheck('24.1.0').status]).toEqual(['ok', 'ok']);
    const statuses = [100e6, 1e9, 8e9].map((free) => memoryCheck(free, 16e9).status);
    expect(statuses).toEqual(['problem', 'note', 'ok']);
  });

  it('notes a runtime without SIMD, which the engine can do without', () => {
    vi.spyOn(WebAssembly, 'validate').mockReturnValue(false);
    const remedy = expect.stringContaining('four to five times slower');
    expect(simdCheck()).toMatchObject({ status: 'note', found: 'WebAssembly without SIMD', remedy });
    vi.restoreAllMocks();
    vi.stubGlobal('WebAssembly', undefined);
    expect(simdCheck()).toMatchObject({ status: 'problem', remedy: expect.stringContaining('--jitless') });
    vi.unstubAllGlobals();
  });
});
