import { describe, expect, it } from 'vitest';
import { answerOf, factsOf, shows } from './support/classify.js';
import { noChromium, useSite } from './support/site.js';

describe.skipIf(noChromium)('a graphics device that is lost', () => {
  const site = useSite();

  it('is had again, or the engine takes over and says so', async () => {
    await site.visit(
      '#/classify?backend=webgl',
      async ({ page, context }) => {
        await answerOf(page);
        expect(await factsOf(page)).toContain('Backend webgl');
        await page.evaluate(() => {
          Object.assign(globalThis, { witness: document.createElement('canvas').getContext('webgl2') });
        });
        // Ends the process that does graphics for every page.
        const session = await context.browser()?.newBrowserCDPSession();
        await session?.send('Browser.crashGpuProcess');
        const isLost = (): Promise<boolean> =>
          page.evaluate(() => (globalThis as unknown as { witness: WebGL2RenderingContext }).witness.isContextLost());
        await expect.poll(isLost, { timeout: 10_000 }).toBe(true);
        await page.getByRole('button', { name: 'A cat' }).click();
        await shows(page, 'A cat');
        const [best] = await answerOf(page).catch(async (error: unknown) => {
          throw new Error(`no answer; the page says: ${await page.locator('main').textContent()}`, { cause: error });
        });
        const facts = await factsOf(page);
        process.stderr.write(`after the loss: ${facts.slice(facts.indexOf('Backend'), facts.indexOf('Cost'))}\n`);
        expect(facts).toMatch(/Backend (webgl You chose it|engine.*Instead of webgl)/);
        expect(best?.probability).toBeGreaterThan(0.11);
      },
      { expected: /./ },
    );
  });
});
