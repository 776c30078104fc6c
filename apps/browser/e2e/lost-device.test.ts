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
        const crash = await context.newPage();
        // Ends the process that does graphics for every page; the address itself never answers.
        await crash.goto('chrome://gpucrash', { timeout: 3_000 }).catch(() => undefined);
        await page.waitForTimeout(1_500);
        await page.getByRole('button', { name: 'A cat' }).click();
        await shows(page, 'A cat');
        const [best] = await answerOf(page);
        const facts = await factsOf(page);
        process.stderr.write(`after the loss: ${facts.slice(facts.indexOf('Backend'), facts.indexOf('Cost'))}\n`);
        expect(facts).toMatch(/Backend (webgl You chose it|engine.*Instead of webgl)/);
        expect(best?.probability).toBeGreaterThan(0.1);
      },
      { expected: /./ },
    );
  });
});
