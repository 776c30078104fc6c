// Pages in a real Chromium, under headers and flags that a test in the page cannot have: policies, no SIMD. Needs Chromium.
import { type Browser, chromium } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../../scripts/browser/find.mjs';
import type { Instructions } from '../src/kernels/arithmetic.js';
import type { EnginePage, Outcome } from './support/page.js';
import { type PageServer, pageServer, type Serving } from './support/page-server.js';

const executablePath = await findChromium();
if (executablePath === undefined) console.warn('pages.test.ts is skipped: no Chromium (npm run browser:install)');

/** Containers run as root and have no sandbox of their own to nest; nothing foreign is loaded. */
const FLAGS = ['--no-sandbox', '--disable-quic', '--disable-background-networking'];
const launch = (...flags: readonly string[]): Promise<Browser> =>
  chromium.launch({ ...(executablePath === undefined ? {} : { executablePath }), args: [...FLAGS, ...flags] });

describe.skipIf(executablePath === undefined)('a page', { timeout: 120_000 }, () => {
  let server: PageServer;
  let browser: Browser;
  beforeAll(async () => {
    [server, browser] = await Promise.all([pageServer(), launch()]);
  }, 120_000);
  afterAll(async () => {
    await browser.close();
    await server.close();
  });

  /** What a fresh page computes that is served so. */
  async function outcome(
    serving: Serving,
    threads: number,
    { instructions, within = browser }: { readonly instructions?: Instructions; readonly within?: Browser } = {},
  ): Promise<Outcome> {
    server.serve(serving);
    const page = await within.newPage();
    page.setDefaultTimeout(100_000);
    try {
      await page.goto(server.address);
      await page.waitForFunction(() => 'enginePage' in globalThis);
      return await page.evaluate(
        ([count, forced]) => (globalThis as unknown as { enginePage: EnginePage }).enginePage.compute(count, forced),
        [threads, instructions] as const,
      );
    } finally {
      await page.close();
    }
  }

  it('computes on two threads what it does on one', async () => {
    const [one, two] = [await outcome({}, 1), await outcome({}, 2)];
    expect(one).toMatchObject({ description: expect.stringContaining('multiply-add, 1 thread') });
    expect(two).toMatchObject({ description: expect.stringContaining('2 threads'), bits: 'bits' in one && one.bits });
  });

  it.skipIf(process.arch !== 'x64')(
    'without SIMD computes what SIMD does, to the bit (skipped but on x86)',
    async () => {
      const simd = await outcome({}, 1, { instructions: 'simd' });
      const old = await launch('--js-flags=--no-enable-sse4-1');
      try {
        for (const threads of [1, 2]) {
          expect(await outcome({}, threads, { within: old })).toMatchObject({
            description: expect.stringContaining('no SIMD'),
            bits: 'bits' in simd && simd.bits,
          });
        }
        const forced = await outcome({}, 1, { within: old, instructions: 'simd' });
        expect(forced).toMatchObject({ code: 'no-simd' });
      } finally {
        await old.close();
      }
    },
  );

  // A worker falls under worker-src, else child-src, else script-src, else default-src.
  it.each([
    ['worker-src', "script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'"],
    ['child-src, without worker-src', "script-src 'self' 'wasm-unsafe-eval'; child-src 'none'"],
    ['script-src by nonce, without worker-src', "script-src 'nonce-page' 'wasm-unsafe-eval'"],
    ['default-src, without worker-src', "default-src 'nonce-page' 'wasm-unsafe-eval'"],
  ])('whose policy forbids workers by %s has one thread, and says why no more', async (_, policy) => {
    expect(await outcome({ policy }, 2)).toMatchObject({
      code: 'no-threads',
      message: expect.stringContaining('a Content-Security-Policy needs worker-src'),
    });
    expect(await outcome({ policy }, 1)).toMatchObject({ description: expect.stringContaining('1 thread') });
  });

  it.each([
    ['worker-src', "default-src 'none'; script-src 'nonce-page' 'wasm-unsafe-eval'; worker-src 'self'"],
    ['script-src, without worker-src', "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'"],
  ])('whose policy allows workers by %s has two threads', async (_, policy) => {
    expect(await outcome({ policy }, 2)).toMatchObject({ description: expect.stringContaining('2 threads') });
  });

  it('whose policy forbids WebAssembly says what it needs', async () => {
    for (const threads of [1, 2]) {
      expect(await outcome({ policy: "script-src 'self'" }, threads)).toMatchObject({
        code: 'no-webassembly',
        message: expect.stringContaining("'wasm-unsafe-eval'"),
      });
    }
  });

  it('that is not cross-origin isolated has one thread', async () => {
    expect(await outcome({ isolated: false }, 1)).toMatchObject({ available: 1, description: expect.anything() });
    expect(await outcome({ isolated: false }, 2)).toMatchObject({
      code: 'no-threads',
      message: expect.stringContaining('Cross-Origin-Opener-Policy'),
    });
  });

  it.each([
    ['whose script is missing', { 'worker.browser.js': 'missing' }],
    ['whose script imports what is missing', { 'serve.js': 'missing' }],
    ['that may not be embedded', { 'worker.browser.js': 'without headers' }],
  ] as const)('says that a worker cannot start %s', async (_, broken) => {
    expect(await outcome({ broken }, 2)).toMatchObject({ code: 'no-threads' });
  });
});
