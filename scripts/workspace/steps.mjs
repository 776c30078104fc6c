import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from '../browser/find.mjs';
import { houseChecks } from '../checks/index.mjs';
import { root, stateFolder } from './layout.mjs';
import { pnpm, run } from './run.mjs';
import { duration, Failure, say } from './say.mjs';

/** @typedef {import('./tally.mjs').Outcome} Outcome */

/**
 * @param {string} name
 * @param {string} title
 * @param {() => Promise<string[] | { skipped: string }>} problems
 * @returns {Promise<Outcome>}
 */
async function step(name, title, problems) {
  say(`${name}: ${title} ...`);
  const started = Date.now();
  const outcome = { name, passed: 0, failed: 0, skipped: 0 };
  /** @type {string[] | { skipped: string }} */
  let found;
  try {
    found = await problems();
  } catch (error) {
    if (error instanceof Failure && error.exitCode > 128) throw error; // Stopped by a signal: stop it all.
    found = [error instanceof Failure ? error.message : String(error instanceof Error ? error.stack : error)];
  }
  const milliseconds = Date.now() - started;
  if (!Array.isArray(found)) {
    say(`${name}: skipped: ${found.skipped}`);
    return { ...outcome, skipped: 1, milliseconds, reasons: [found.skipped] };
  }
  for (const problem of found) process.stderr.write(`${problem}\n`);
  const passed = found.length === 0;
  say(`${name}: ${passed ? 'passed' : 'FAILED'} in ${duration(milliseconds)}`);
  return { ...outcome, passed: passed ? 1 : 0, failed: passed ? 0 : 1, milliseconds };
}

/**
 * A tool whose output is shown only if it fails.
 *
 * @param {string} log
 * @param {(options: { log: string }) => Promise<import('./run.mjs').RunResult>} start
 */
async function tool(log, start) {
  const { code, output } = await start({ log });
  return code === 0 ? [] : [output.trimEnd()];
}

/** @param {string} name @param {string} [file] */
function bin(name, file = `node_modules/${name}/bin/${name}`) {
  return join(root, file);
}

function lint() {
  return step('lint', 'Biome: format, imports, rules', () =>
    tool('lint', (options) =>
      run(
        process.execPath,
        [bin('biome', 'node_modules/@biomejs/biome/bin/biome'), 'ci', '--colors=off', '.'],
        options,
      ),
    ),
  );
}

/** All but the page in one program, which takes a quarter of what a program for each package took. */
function typecheck() {
  return step('typecheck', 'TypeScript, every package, the tests and these scripts', async () => {
    const found = await Promise.all([
      tool('typecheck', (options) => run(process.execPath, [bin('tsc', 'node_modules/typescript/bin/tsc')], options)),
      tool('typecheck-page', (options) => turbo('typecheck', options)),
    ]);
    return found.flat();
  });
}

export function build() {
  return step('build', 'every package', () => tool('build-all', (options) => turbo('build', options)));
}

/**
 * turbo runs package scripts by pnpm, so it is started where the pinned pnpm is on the PATH.
 *
 * @param {string} task
 * @param {import('./run.mjs').RunOptions} options
 */
function turbo(task, options) {
  return pnpm(['exec', 'turbo', 'run', task, '--continue', '--output-logs=errors-only'], options);
}

/**
 * @param {string[]} [only] names of checks
 * @returns {Promise<Outcome[]>}
 */
export async function house(only = []) {
  const unknown = only.filter((name) => !houseChecks.some((check) => check.name === name));
  if (unknown.length > 0) {
    throw new Failure(
      `no check is called ${unknown.join(', ')}`,
      `There are: ${houseChecks.map((check) => check.name).join(', ')}`,
      2,
    );
  }
  const outcomes = [];
  for (const { name, title, problems } of houseChecks) {
    if (only.length === 0 || only.includes(name)) outcomes.push(await step(name, title, problems));
  }
  return outcomes;
}

/**
 * A run of vitest, its output shown as it comes.
 *
 * @param {string} name of the step
 * @param {string} title
 * @param {string[]} args for vitest, e.g. a path
 * @param {{ mayBeEmpty?: boolean }} [options] mayBeEmpty: whether a run without a single test is fine
 * @returns {Promise<Outcome>}
 */
async function vitest(name, title, args, { mayBeEmpty = false } = {}) {
  say(`${name}: ${title} ...`);
  const started = Date.now();
  const totalsFile = join(stateFolder, `${name}-totals.json`);
  rmSync(totalsFile, { force: true });
  const reporter = join(root, 'scripts/workspace/vitest-totals.mjs');
  const { code } = await run(
    process.execPath,
    [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', `--reporter=${reporter}`, ...args],
    { env: { CONVZOO_TOTALS: totalsFile, ...(process.stderr.isTTY ? {} : { NO_COLOR: '1' }) } },
  );
  const milliseconds = Date.now() - started;
  /** @type {import('./vitest-totals.mjs').VitestTotals} */
  const totals = existsSync(totalsFile)
    ? JSON.parse(readFileSync(totalsFile, 'utf8'))
    : { passed: 0, failed: 0, skipped: 0, reasons: {}, failures: [] };
  const { passed, skipped, failures } = totals;
  // vitest itself may fail where no test did, and a run without a single test proves nothing.
  const failed = Math.max(totals.failed, code === 0 && (mayBeEmpty || passed + skipped > 0) ? 0 : 1);
  say(`${name}: ${failed === 0 ? 'passed' : 'FAILED'} in ${duration(milliseconds)}`);
  const reasons = Object.entries(totals.reasons).map(([reason, count]) => `${reason} (${count} tests)`);
  return { name, passed, failed, skipped, milliseconds, reasons, failures };
}

/**
 * Every vitest test in Node.
 *
 * @param {string[]} args for vitest
 */
function inNode(args) {
  return vitest('vitest', args.length === 0 ? 'every test' : args.join(' '), args);
}

/**
 * The tests that run in a browser too, where there is a Chromium.
 *
 * @param {string[]} args for vitest; paths may leave nothing to do
 */
async function inBrowser(args) {
  const chromium = await findChromium();
  if (chromium === undefined) {
    const skipped = 'no Chromium here: `npm run browser:install` brings one';
    return step('browser', 'tests in Chromium', async () => ({ skipped }));
  }
  const config = join(root, 'vitest.browser.config.ts');
  const mayBeEmpty = args.length > 0;
  const empty = mayBeEmpty ? ['--passWithNoTests'] : [];
  return vitest('browser', `tests in ${chromium}`, ['--config', config, ...empty, ...args], { mayBeEmpty });
}

/**
 * The built page in a browser (apps/browser/e2e), where there is a Chromium.
 *
 * @param {string[]} args for vitest; paths may leave nothing to do
 */
async function inPage(args) {
  const chromium = await findChromium();
  if (chromium === undefined) {
    const skipped = 'no Chromium here: `npm run browser:install` brings one';
    return step('page', 'the page of apps/browser', async () => ({ skipped }));
  }
  const config = join(root, 'apps/browser/vitest.e2e.config.ts');
  const mayBeEmpty = args.length > 0;
  const empty = mayBeEmpty ? ['--passWithNoTests'] : [];
  return vitest('page', `the page of apps/browser in ${chromium}`, ['--config', config, ...empty, ...args], {
    mayBeEmpty,
  });
}

/**
 * All of `npm test`, in the order in which a failure is cheapest to find. Goes on after a failure.
 *
 * @param {string[]} [vitestArgs]
 * @returns {Promise<Outcome[]>}
 */
export async function everything(vitestArgs = []) {
  const outcomes = [await lint(), await typecheck(), await build()];
  outcomes.push(...(await house()), await inNode(vitestArgs), await inBrowser(vitestArgs), await inPage(vitestArgs));
  return outcomes;
}
