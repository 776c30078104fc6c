import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { violations } from './support/axe.js';
import { noChromium, useSite } from './support/site.js';

const CONVOLUTION = '#/inside?tab=lessons';
const RESIDUAL = '#/inside?tab=lessons&lesson=residual';

/** Multiplications that the two sides show. */
const countsOf = (page: Page): Promise<readonly number[]> =>
  page.locator('[data-count]').evaluateAll((all) => all.map((each) => Number(each.getAttribute('data-count'))));

/** What cost-analysis counted; waits for it. */
async function countedOf(page: Page): Promise<readonly number[]> {
  await page.locator('[data-counted]').nth(1).waitFor();
  return page
    .locator('[data-counted]')
    .evaluateAll((all) => all.map((each) => Number(each.getAttribute('data-counted'))));
}

const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name });

const numberIn = async (page: Page, attribute: string): Promise<number> =>
  Number(await page.locator(`[${attribute}]`).first().getAttribute(attribute));

describe.skipIf(noChromium)('the lesson on convolutions', () => {
  const site = useSite();
  const go = site.shared();

  it('ends at the counts of the formula and of cost-analysis', async () => {
    await go(`${CONVOLUTION}&m=2&n=5&dk=3&df=4`, async ({ page }) => {
      await button(page, 'To the end').click();
      const [m, n, dk, df] = [2, 5, 3, 4];
      const expected = [dk ** 2 * m * n * df ** 2, dk ** 2 * m * df ** 2 + m * n * df ** 2];
      expect(await countedOf(page)).toEqual(expected);
      expect(await countsOf(page)).toEqual(expected);
      expect(await numberIn(page, 'data-ratio')).toBe(1 / n + 1 / dk ** 2);
      await button(page, 'Restart').click();
      expect(await countsOf(page)).toEqual([0, 0]);
    });
  });

  it('goes by steps, keeps its place in the address, and comes back to it', async () => {
    await go(CONVOLUTION, async ({ page }) => {
      await button(page, 'One multiplication').click();
      expect(await countsOf(page)).toEqual([1, 1]);
      await button(page, /^One value/).click();
      // A value of the standard convolution: 3 x 3 weights over 3 maps.
      expect(await countsOf(page)).toEqual([27, 27]);
      expect(page.url()).toContain('at=27');
      await page.reload();
      await button(page, 'Restart').waitFor();
      expect(await countsOf(page)).toEqual([27, 27]);
      const extent = page.getByRole('slider', { name: 'Extent of a filter, Dk' });
      await extent.focus();
      await page.keyboard.press('ArrowRight');
      expect(page.url()).toContain('dk=5');
      expect(await countsOf(page)).toEqual([0, 0]);
      await button(page, 'To the end').click();
      expect(await countsOf(page)).toEqual(await countedOf(page));
    });
  });

  it('plays, pauses, stops where the separable form is done, and rests off-screen', async () => {
    await go(`${CONVOLUTION}&speed=6`, async ({ page }) => {
      await countedOf(page);
      await button(page, 'Play').click();
      await page.waitForFunction(() => Number(document.querySelector('[data-count]')?.getAttribute('data-count')) > 50);
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      // The observer tells it within a frame or two.
      await page.waitForTimeout(500);
      const before = await countsOf(page);
      await page.waitForTimeout(700);
      expect(await countsOf(page)).toEqual(before);
      await page.evaluate(() => scrollTo(0, 400));
      await page.waitForFunction(
        (past) => Number(document.querySelector('[data-count]')?.getAttribute('data-count')) > past,
        before[0] ?? 0,
      );
      await button(page, 'Pause').click();
      const [paused = 0] = await countsOf(page);
      await page.waitForTimeout(300);
      expect((await countsOf(page))[0]).toBe(paused);
      expect(page.url()).toContain(`at=${paused}`);
      await page.getByRole('slider', { name: 'Speed' }).focus();
      await page.keyboard.press('End');
      await button(page, 'Play').click();
      await button(page, 'Play').waitFor();
      expect(await countsOf(page)).toEqual(await countedOf(page));
    });
  });

  it('does not move by itself where people want less motion', async () => {
    await site.visit(
      CONVOLUTION,
      async ({ page }) => {
        await page.getByText('go step by step').waitFor();
        expect(await button(page, 'Play').count()).toBe(0);
        await button(page, /^One value/).click();
        expect(await countsOf(page)).toEqual([27, 27]);
      },
      { reducedMotion: 'reduce' },
    );
  });

  it('has the ratio of the paper for the last block of MobileNet V1, to the last digit, and those of the others', async () => {
    await go(CONVOLUTION, async ({ page }) => {
      const last = page.locator('[data-formula="0.1120876736111111"]');
      await last.waitFor();
      expect(await last.textContent()).toBe('0.1120876736111111');
      expect(await last.getAttribute('data-ratio')).toBe('0.1120876736111111');
      await page.getByRole('combobox', { name: 'Block' }).selectOption('blocks.0.0');
      await page.locator(`[data-formula="${1 / 64 + 1 / 9}"]`).waitFor();
      expect(page.url()).toContain('block=blocks.0.0');
      await page.goBack();
      await last.waitFor();
    });
  });

  it('compares small kernels with a large one', async () => {
    await go(CONVOLUTION, async ({ page }) => {
      await page.locator('[data-more]').waitFor();
      expect(await numberIn(page, 'data-more')).toBeCloseTo(25 / 18, 12);
      await page.getByText('three 3×3 and one 7×7').click();
      await page.getByText('81 % more').waitFor();
    });
  });

  it('moves nothing on the page while it loads and plays', async () => {
    await site.visit(`${CONVOLUTION}&speed=6`, async ({ page }) => {
      await countedOf(page);
      await button(page, 'Play').click();
      await page.waitForTimeout(1500);
      const shift = await page.evaluate(async () => {
        let sum = 0;
        const add = (entries: PerformanceEntryList): void => {
          for (const entry of entries) sum += (entry as PerformanceEntry & { value: number }).value;
        };
        const observer = new PerformanceObserver((list) => add(list.getEntries()));
        observer.observe({ type: 'layout-shift', buffered: true });
        await new Promise((resolve) => setTimeout(resolve, 300));
        return sum;
      });
      process.stderr.write(`lessons: layout shift ${shift.toFixed(3)}\n`);
      expect(shift).toBeLessThan(0.05);
    });
  });
});

describe.skipIf(noChromium)('the lesson on residual blocks', () => {
  const site = useSite();
  const go = site.shared();
  const shortcut = (page: Page, to: 'on' | 'off') =>
    page.getByRole('group', { name: 'Shortcut' }).first().getByText(to, { exact: true }).click();

  it('shows another gradient without shortcuts, at no cost', async () => {
    await go(`${RESIDUAL}&blocks=24`, async ({ page }) => {
      await page.locator('[data-gradient]').waitFor();
      const on = await numberIn(page, 'data-gradient');
      expect(await numberIn(page, 'data-extra-params')).toBe(0);
      expect(await numberIn(page, 'data-extra-macs')).toBe(0);
      await shortcut(page, 'off');
      expect(page.url()).toContain('shortcut=off');
      const off = await numberIn(page, 'data-gradient');
      expect(on).toBeLessThan(100);
      expect(off).toBeGreaterThan(10 * on);
      await page.getByText('It explodes').waitFor();
      await page.getByRole('combobox', { name: 'Which block' }).selectOption('projection');
      await page.locator('[data-extra-params="8448"]').waitFor();
    });
  });

  it('lets the gradient vanish where there is neither shortcut nor norm', async () => {
    await go(`${RESIDUAL}&blocks=24&shortcut=off&norm=off&gain=70`, async ({ page }) => {
      await page.getByText('It vanishes').waitFor();
      expect(await numberIn(page, 'data-gradient')).toBeLessThan(1e-6);
    });
  });

  it('trains, and stops when it is told to', async () => {
    await go(RESIDUAL, async ({ page }) => {
      await button(page, 'Train all four').click();
      await page.getByText(/^Step [1-9]\d* of 100$/).waitFor();
      await button(page, 'Stop').click();
      const step = await page.getByText(/^Step \d+ of 100$/).textContent();
      await page.waitForTimeout(1000);
      expect(await page.getByText(/^Step \d+ of 100$/).textContent()).toBe(step);
      await button(page, 'Train again').waitFor();
      expect(await page.getByRole('row', { name: /^plain-56/ }).textContent()).toMatch(/\d\d\.\d %/);
    });
  });

  it('takes shortcuts out of the trained network', async () => {
    await go(RESIDUAL, async ({ page }) => {
      await page.locator('[data-cut="0"]').waitFor();
      expect(await numberIn(page, 'data-distance')).toBe(0);
      await page.getByRole('checkbox', { name: 'Shortcut of block 1', exact: true }).click();
      await page.locator('[data-cut="1"]').waitFor();
      await page.waitForFunction(
        () => Number(document.querySelector('[data-distance]')?.getAttribute('data-distance')) > 0,
      );
      await button(page, 'Take all out').click();
      expect(page.url()).toContain('cut=1,2,3,4,5,6,7,8,9');
      await page.locator('[data-cut="9"]').waitFor();
      await button(page, 'Put all back').click();
      await page.waitForFunction(
        () => document.querySelector('[data-distance]')?.getAttribute('data-distance') === '0',
      );
    });
  });
});

describe.skipIf(noChromium)('both lessons', () => {
  const site = useSite();
  const go = site.shared();
  // addScriptTag puts the tool in as text, which the policy forbids.
  const withAxe = {
    en: site.shared({ bypassCSP: true }),
    ko: site.shared({ bypassCSP: true, locale: 'ko' }),
  };

  it.each([
    [CONVOLUTION, 'light', 'en'],
    [`${CONVOLUTION}&at=1000`, 'dark', 'ko'],
    [RESIDUAL, 'light', 'ko'],
    [`${RESIDUAL}&shortcut=off&cut=1,2`, 'dark', 'en'],
  ] as const)('axe-core finds nothing (%s, %s, %s)', async (hash, colorScheme, locale) => {
    await withAxe[locale](
      hash,
      async ({ page }) => {
        // What comes last: numbers of the worker.
        await page
          .locator(hash.includes('residual') ? '[data-cut]' : '[data-counted]')
          .last()
          .waitFor();
        await page
          .locator(hash.includes('residual') ? '[data-gradient]' : '[data-formula]')
          .first()
          .waitFor();
        await page
          .locator(hash.includes('residual') ? '[data-distance]' : '[data-more]')
          .first()
          .waitFor();
        expect(await violations(page)).toEqual([]);
      },
      { colorScheme },
    );
  });

  it.each([320, 390, 1600])('nothing is wider than a window of %i pixels', async (width) => {
    for (const hash of [CONVOLUTION, RESIDUAL]) {
      await go(
        hash,
        async ({ page }) => {
          await page.locator(hash === RESIDUAL ? '[data-cut]' : '[data-more]').waitFor();
          expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        },
        { viewport: { width, height: 800 } },
      );
    }
  });
});
