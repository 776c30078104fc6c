import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../scripts/workspace/layout.mjs';
import { summary, totalsLine } from '../../scripts/workspace/tally.mjs';

const outcomes = [
  { name: 'lint', passed: 1, failed: 0, skipped: 0, milliseconds: 400 },
  { name: 'consumer', passed: 0, failed: 0, skipped: 1, milliseconds: 61_000, reasons: ['no network'] },
  {
    ...{ name: 'vitest', passed: 40, failed: 2, skipped: 3, milliseconds: 125_000 },
    reasons: ['no addon (3 tests)'],
    failures: ['a.test.ts > a: expected 1 to be 2', 'b.test.ts: cannot be loaded'],
  },
];

describe('the end of npm test', () => {
  it('is one plain line of totals, each check counting as one', () => {
    expect(totalsLine(outcomes)).toBe('41 passed, 2 failed, 4 skipped');
  });

  it('follows a line for each step, the reason of each skip, and each failure', () => {
    expect(summary(outcomes)).toEqual([
      'lint      passed (0.4 s)',
      'consumer  skipped (61 s)',
      'vitest    40 passed, 2 failed, 3 skipped (2 min 5 s)',
      'skipped in consumer: no network',
      'skipped in vitest: no addon (3 tests)',
      'failed in vitest: a.test.ts > a: expected 1 to be 2',
      'failed in vitest: b.test.ts: cannot be loaded',
    ]);
  });
});

describe('the totals of a vitest run', () => {
  it('count failures outside tests, and keep the reasons of skips', () => {
    // Inside node_modules, so that these files find vitest and no other run finds them.
    mkdirSync(join(root, 'node_modules/.convzoo'), { recursive: true });
    const folder = mkdtempSync(join(root, 'node_modules/.convzoo/totals-'));
    const write = (name: string, text: string) => writeFileSync(join(folder, `${name}.ts`), text);
    write('vitest.config', 'export default { test: { include: ["*.test.ts"], exclude: [] } };');
    write(
      'tests.test',
      `
      import { beforeAll, describe, expect, it } from 'vitest';
      it('a', () => {});
      describe('of b', () => it('b', () => expect({ a: 1 }, 'is a thing\\nwith more lines').toEqual({ a: 2 })));
      it('c', (context) => context.skip('no addon'));
      it('d', (context) => context.skip('no addon'));
      it.skip('e', () => {});
      it.todo('f');
      describe('hooked', () => { beforeAll(() => { throw new Error('no hook'); }); it('h', () => {}); });
    `,
    );
    write('unloadable.test', 'throw new Error("cannot be loaded");');
    write(
      'unhandled.test',
      `
      import { it } from 'vitest';
      it('g', async () => { setTimeout(() => { throw new Error('late'); }); await new Promise((go) => setTimeout(go, 50)); });
    `,
    );
    const totals = join(folder, 'totals.json');
    const vitest = join(root, 'node_modules/vitest/vitest.mjs');
    const reporter = `--reporter=${join(root, 'scripts/workspace/vitest-totals.mjs')}`;
    const { status } = spawnSync(process.execPath, [vitest, 'run', '--root', folder, reporter], {
      env: { ...process.env, CONVZOO_TOTALS: totals },
    });
    expect(status).toBe(1);
    const { failures, ...others } = JSON.parse(readFileSync(totals, 'utf8'));
    expect(others).toEqual({
      passed: 2,
      failed: 3,
      skipped: 5,
      reasons: { 'no addon': 2, 'no reason given in tests.test.ts': 3 },
    });
    expect(failures.toSorted()).toEqual([
      'outside of tests: late',
      'tests.test.ts > hooked: no hook',
      'tests.test.ts > of b > b: is a thing',
      'unloadable.test.ts: cannot be loaded',
    ]);
    rmSync(folder, { recursive: true });
  });
});
