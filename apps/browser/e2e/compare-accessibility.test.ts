import { describe, expect, it, vi } from 'vitest';
import { violations } from './support/axe.js';
import { counted } from './support/compare.js';
import { noChromium, useSite } from './support/site.js';

// axe-core looks at every cell of two tables, and waits where other work has the processors.
vi.setConfig({ testTimeout: 180_000, expect: { poll: { timeout: 30_000 } } });

describe.skipIf(noChromium)('the page Compare', () => {
  const site = useSite();
  // addScriptTag puts the tool in as text, which the policy forbids.
  const go = { en: site.shared({ bypassCSP: true }), ko: site.shared({ bypassCSP: true, locale: 'ko' }) };

  it.each([
    ['light', 'en', 1280],
    ['dark', 'ko', 1280],
    ['light', 'ko', 390],
    ['dark', 'en', 390],
  ] as const)(
    'has nothing that axe-core finds (%s, %s, %i pixels), and nothing too wide',
    async (colorScheme, locale, width) => {
      const hash = '#/compare?explore=mobilenet_v2&width=0.5&networks=resnet50+resnet20-cifar10+resnet51';
      await go[locale](
        hash,
        async ({ page }) => {
          await page.locator('[aria-busy=false] [role=application] svg').waitFor();
          await page.locator('[role=img] svg').waitFor();
          await page.locator('[data-convention]').first().waitFor();
          await page.evaluate(() => {
            for (const each of document.querySelectorAll('details')) each.open = true;
          });
          await page.getByRole('application').focus();
          await page.keyboard.press('ArrowRight');
          expect(await violations(page)).toEqual([]);
          expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        },
        { colorScheme, viewport: { width, height: 900 } },
      );
    },
  );

  it.each([390, 1280])('moves nothing while it counts, at %i pixels', async (width) => {
    await site.visit(
      '#/compare',
      async ({ page }) => {
        await page.getByRole('heading', { level: 1 }).waitFor();
        await page.evaluate(() => {
          const shifts: number[] = [];
          Object.assign(globalThis, { shifts });
          new PerformanceObserver((list) => {
            for (const entry of list.getEntries()) shifts.push((entry as PerformanceEntry & { value: number }).value);
          }).observe({ type: 'layout-shift' });
        });
        await counted(page);
        await page.waitForTimeout(500);
        const shift = await page.evaluate(() =>
          (globalThis as unknown as { shifts: number[] }).shifts.reduce((sum, each) => sum + each, 0),
        );
        process.stderr.write(`layout shift of Compare at ${width}: ${shift.toFixed(4)}\n`);
        expect(shift).toBeLessThan(0.05);
      },
      { viewport: { width, height: 900 } },
    );
  });
});
