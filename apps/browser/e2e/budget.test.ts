import { get } from 'node:http';
import { describe, expect, it } from 'vitest';
import { answerOf } from './support/classify.js';
import { noChromium, useSite } from './support/site.js';

/** Bytes on the wire to the first prediction, the network's weights apart. */
const BUDGET = 250_000;
/** Milliseconds until the page can be used, on an idle machine 0.3 s or so; this one may be busy. */
const INTERACTIVE = 2_000;

describe.skipIf(noChromium)('the first visit', () => {
  const site = useSite();

  it('downloads no more than the budget before it answers, and no tfjs', async () => {
    await site.visit(
      '',
      async ({ page, url }) => {
        const asked: string[] = [];
        // Requests of workers too, which a session of the page's own does not see.
        page.context().on('request', (request) => {
          if (request.serviceWorker() === null) asked.push(request.url());
        });
        await page.goto(url);
        await answerOf(page);
        // What the service worker keeps for later comes after the answer.
        const counted = [...new Set(asked)].filter((each) => !/\.safetensors$|service-worker\.js$/.test(each));
        const sizes = await Promise.all(counted.map(async (each) => ({ each, size: await sizeOnWire(each) })));
        const sum = sizes.reduce((total, { size }) => total + size, 0);
        const list = sizes.map(({ each, size }) => `${size} ${each.slice(url.length)}`).join('\n');
        process.stderr.write(`first load: ${(sum / 1000).toFixed(1)} kB\n${list}\n`);
        expect(sum, list).toBeLessThan(BUDGET);
        expect(counted.filter((each) => each.includes('/optional/'))).toEqual([]);
        // The worker and its parts were seen.
        expect(counted.some((each) => each.endsWith('.wasm'))).toBe(true);
      },
      { blank: true },
    );
  });

  it('is interactive soon, and nothing moves', async () => {
    await site.visit('', async ({ page }) => {
      await answerOf(page);
      const { ready, shift } = await page.evaluate(async () => {
        let shift = 0;
        const observer = new PerformanceObserver((list) => {
          for (const entry of list.getEntries()) shift += (entry as PerformanceEntry & { value: number }).value;
        });
        observer.observe({ type: 'layout-shift', buffered: true });
        await new Promise((resolve) => setTimeout(resolve, 300));
        const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
        return { ready: navigation?.domContentLoadedEventEnd ?? Number.NaN, shift };
      });
      process.stderr.write(`interactive after ${ready.toFixed(0)} ms, layout shift ${shift.toFixed(3)}\n`);
      expect(ready).toBeLessThan(INTERACTIVE);
      expect(shift).toBeLessThan(0.05);
    });
  });
});

/** Headers come on top: some 0.5 kB a file. */
const HEADERS = 500;

async function sizeOnWire(url: string): Promise<number> {
  const body = await new Promise<number>((resolve, reject) => {
    // Not fetch, which unpacks.
    get(url, { headers: { 'Accept-Encoding': 'gzip' } }, (response) => {
      let size = 0;
      response.on('data', (part: Buffer) => {
        size += part.length;
      });
      response.on('end', () => resolve(size));
    }).on('error', reject);
  });
  return body + HEADERS;
}
