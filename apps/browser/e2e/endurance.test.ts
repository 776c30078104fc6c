import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { answerOf } from './support/classify.js';
import { noChromium, useSite } from './support/site.js';

const TIMES = 200;
/** What a browser's own bookkeeping may take: its caches fill for a while. */
const SLACK = 12_000_000;

/** What shows that a page has drawn all that it has to. */
const DRAWN = {
  'Look inside': '[data-view="cam"][data-values]',
  Compare: '[aria-busy=false] [role=application] svg',
  Build: 'main svg',
  Classify: '[data-probability]',
} as const;

/** Bytes of the page and its workers, after garbage was collected. */
async function memoryOf(page: Page): Promise<number> {
  const client = await page.context().newCDPSession(page);
  await client.send('HeapProfiler.collectGarbage');
  await client.detach();
  return page.evaluate(async () => {
    const measure = performance as Performance & { measureUserAgentSpecificMemory(): Promise<{ bytes: number }> };
    return (await measure.measureUserAgentSpecificMemory()).bytes;
  });
}

describe.skipIf(noChromium)('memory stays as it is', () => {
  const site = useSite();

  it.each([
    ['the engine on two threads', '#/classify?threads=2', TIMES],
    ['tfjs-wasm', '#/classify?backend=wasm', TIMES],
    // Graphics by software take most of a second for each.
    ['webgl', '#/classify?backend=webgl', process.env['CONVZOO_FULL'] === undefined ? 30 : TIMES],
  ] as const)('over classifications on %s (%s, %i times)', { timeout: 300_000 }, async (_, hash, times) => {
    await site.visit(hash, async ({ page }) => {
      await answerOf(page);
      await classify(page, Math.min(times, 40));
      const before = await memoryOf(page);
      const tensors = await tensorsOf(page);
      await classify(page, times);
      const after = await memoryOf(page);
      expect(await tensorsOf(page)).toBe(tensors);
      process.stderr.write(`${hash}: ${(before / 1e6).toFixed(1)} MB, after ${times} ${(after / 1e6).toFixed(1)} MB\n`);
      expect(after - before).toBeLessThan(SLACK);
    });
  });

  it(`over ${TIMES} changes of the page`, { timeout: 240_000 }, async () => {
    await site.visit('', async ({ page }) => {
      await answerOf(page);
      // What each page fetches and draws once is there before it is measured: a chart library alone takes some megabytes.
      for (const [name, drawn] of Object.entries(DRAWN)) {
        await page.locator('nav').getByRole('link', { name }).click();
        await page.locator(drawn).first().waitFor();
      }
      await change(page, 20);
      const before = await memoryOf(page);
      await change(page, TIMES);
      const after = await memoryOf(page);
      process.stderr.write(`pages: ${(before / 1e6).toFixed(1)} MB, after ${TIMES} ${(after / 1e6).toFixed(1)} MB\n`);
      expect(after - before).toBeLessThan(SLACK);
    });
  });
});

/** Tensors that tfjs says it holds; null for the engine. */
const tensorsOf = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.querySelector('[data-tensors]')?.getAttribute('data-tensors') ?? null);

/** Shows one sample after the other, as a user does, and waits for each answer. */
async function classify(page: Page, times: number): Promise<void> {
  await page.evaluate(async (count) => {
    const buttons = [...document.querySelectorAll<HTMLButtonElement>('button[aria-pressed]')];
    const answer = document.querySelector('[aria-live=polite]');
    for (let i = 0; i < count; i++) {
      buttons[(i + 1) % buttons.length]?.click();
      await new Promise((resolve) => setTimeout(resolve, 0));
      while (answer?.getAttribute('aria-busy') === 'true') await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }, times);
}

async function change(page: Page, times: number): Promise<void> {
  await page.evaluate(async (count) => {
    const links = [...document.querySelectorAll<HTMLAnchorElement>('nav a')];
    const main = document.querySelector('main');
    for (let i = 0; i < count; i++) {
      const link = links[(i + 1) % links.length];
      link?.click();
      await new Promise((resolve) => setTimeout(resolve, 0));
      while (main?.getAttribute('aria-busy') === 'true') await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }, times);
}
