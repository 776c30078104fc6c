import { describe, expect, it } from 'vitest';
import { camOf } from './support/inside.js';
import { noChromium, useSite } from './support/site.js';

describe.skipIf(noChromium)('from page to page', () => {
  const site = useSite();

  it.each(['occlusion', 'map', 'cam'])('what lies over the picture (%s) is left and had again', async (show) => {
    await site.visit(`#/inside?show=${show}&picture=cat`, async ({ page }) => {
      await page.locator('.stage .heat').waitFor();
      await page.locator('nav').getByRole('link', { name: 'Build' }).click();
      await page.getByRole('heading', { level: 1, name: 'Build' }).waitFor();
      await page.goBack();
      await page.locator('.stage .heat').waitFor();
      expect(await page.getByText('Something went wrong').count()).toBe(0);
    });
  });

  it('a setting that comes between a link and its page does not undo the link', async () => {
    await site.visit('#/compare', async ({ page }) => {
      await page.getByRole('radio', { name: 'Linear', exact: true }).waitFor();
      await page.getByRole('radio', { name: 'Linear', exact: true }).evaluate((radio: HTMLInputElement) => {
        location.hash = '#/build';
        radio.click();
      });
      await page.getByRole('heading', { level: 1, name: 'Build' }).waitFor();
      expect(await page.evaluate(() => location.hash)).toMatch(/^#\/build/);
    });
  });

  it('a page that failed leaves the others alone', async () => {
    await site.visit(
      '#/build',
      async ({ page }) => {
        await page.locator('main svg').first().waitFor();
        await page.evaluate(() => {
          const drawing = CanvasRenderingContext2D.prototype;
          const { putImageData } = drawing;
          drawing.putImageData = () => {
            throw new Error('no pixels today');
          };
          Object.assign(globalThis, { mend: () => Object.assign(drawing, { putImageData }) });
        });
        const nav = page.locator('nav');
        await nav.getByRole('link', { name: 'Look inside' }).click();
        await page.getByRole('alert').getByText('Something went wrong').waitFor();
        await nav.getByRole('link', { name: 'Build' }).click();
        await page.getByRole('heading', { level: 1, name: 'Build' }).waitFor();
        await page.evaluate(() => (globalThis as unknown as { mend(): void }).mend());
        await nav.getByRole('link', { name: 'Look inside' }).click();
        expect(Math.max(...(await camOf(page)))).toBeGreaterThan(0);
      },
      { expected: /no pixels today/ },
    );
  });
});
