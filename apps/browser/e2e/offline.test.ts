import { describe, expect, it } from 'vitest';
import { answerOf, factsOf, shows } from './support/classify.js';
import { noChromium, useSite } from './support/site.js';

describe.skipIf(noChromium)('after the first visit', () => {
  const site = useSite();

  it('everything works without a network', async () => {
    await site.visit('', async ({ page, context }) => {
      const before = await answerOf(page);
      await page.getByText('Kept for use without a network.').waitFor();
      await context.setOffline(true);
      await page.reload();
      expect(await answerOf(page)).toEqual(before);
      await page.getByRole('button', { name: 'An airplane' }).click();
      await shows(page, 'An airplane from above');
      await answerOf(page);
      for (const name of ['Look inside', 'Compare', 'Build']) {
        await page.getByRole('link', { name }).click();
        await page.getByRole('heading', { level: 1, name }).waitFor();
      }
    });
  });
});

describe.skipIf(noChromium)('on a host that sets no headers', () => {
  const site = useSite({ headers: false });

  it('the page classifies at once, and has threads once its service worker serves it', async () => {
    await site.visit('#/classify?picture=cat', async ({ page }) => {
      // The service worker may load the page again at any moment, so nothing is read from it yet.
      await page.locator('[data-probability]').first().waitFor();
      await expect.poll(() => page.evaluate(() => crossOriginIsolated), { timeout: 20_000 }).toBe(true);
      await answerOf(page);
      await shows(page, 'A cat');
      await page.getByRole('combobox', { name: 'Threads' }).selectOption('2');
      await expect.poll(() => factsOf(page)).toContain('engine, 2 threads');
    });
  });

  it('the policy of the page holds from the first moment', async () => {
    await site.visit(
      '',
      async ({ page }) => {
        await answerOf(page);
        const stopped = await page.evaluate(async () => {
          const refused = await fetch('https://example.org/').then(
            () => false,
            () => true,
          );
          const script = document.createElement('script');
          script.textContent = 'globalThis.injected = true';
          document.body.append(script);
          return { refused, injected: 'injected' in globalThis };
        });
        expect(stopped).toEqual({ refused: true, injected: false });
      },
      // The service worker, which would load the page again meanwhile, is not what holds it.
      { expected: /Content Security Policy|example\.org|blocked by Playwright/, serviceWorkers: 'block' },
    );
  });
});
