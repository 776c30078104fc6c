import { describe, expect, it } from 'vitest';
import { violations } from './support/axe.js';
import { answerOf } from './support/classify.js';
import { noChromium, useSite } from './support/site.js';

/** What shows that a page has drawn all that it has to. */
const drawn = {
  classify: '[data-probability]',
  build: 'main:has([aria-busy=false] [data-exact]) svg',
} as const;

describe.skipIf(noChromium)('axe-core finds nothing', () => {
  const site = useSite();
  // addScriptTag puts the tool in as text, which the policy forbids.
  const bypassCSP = true;
  const go = {
    en: site.shared({ bypassCSP, between: '#/inside?tab=lessons' }),
    ko: site.shared({ bypassCSP, between: '#/inside?tab=lessons', locale: 'ko' }),
  };

  // Look inside and Compare in all their states: inside-access.test.ts, compare-accessibility.test.ts.
  it.each([
    ['classify', '#/classify?b=embedded', 'light', 'en'],
    ['classify', '#/classify?b=embedded', 'dark', 'ko'],
    ['build', '#/build', 'light', 'en'],
    ['build', '#/build', 'dark', 'ko'],
  ] as const)('on %s (%s, %s, %s)', async (id, hash, colorScheme, locale) => {
    await go[locale](
      hash,
      async ({ page }) => {
        await page.locator(drawn[id]).first().waitFor();
        if (id === 'classify') await answerOf(page, 1);
        expect(await violations(page)).toEqual([]);
      },
      { colorScheme },
    );
  });

  it('in the dialog of published weights, which the keyboard reaches, works and leaves', async () => {
    await site.visit(
      '',
      async ({ page }) => {
        await answerOf(page);
        const picker = page.getByRole('combobox', { name: 'Network' });
        await picker.selectOption({ label: 'Published weights ...' });
        await page.getByRole('dialog').waitFor();
        await page
          .getByRole('button', { name: /^Download and use/ })
          .first()
          .waitFor();
        expect(await violations(page)).toEqual([]);
        await page.keyboard.press('Escape');
        await page.getByRole('dialog').waitFor({ state: 'hidden' });
      },
      { bypassCSP },
    );
  });
});

describe.skipIf(noChromium)('the keyboard', () => {
  const site = useSite();
  const go = site.shared();

  it('reaches everything in order, and focus is seen', async () => {
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      const reached: string[] = [];
      for (let i = 0; i < 40; i++) {
        await page.keyboard.press('Tab');
        const { name, outline } = await page.evaluate(() => {
          const { activeElement: element } = document;
          if (element === null || element === document.body) return { name: '', outline: 1 };
          const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? '';
          return {
            name: `${element.tagName} ${name}`,
            outline: Number.parseFloat(getComputedStyle(element).outlineWidth),
          };
        });
        if (name === '') break;
        expect(outline, `${name} shows no focus`).toBeGreaterThanOrEqual(2);
        reached.push(name);
      }
      const text = reached.join('\n');
      for (const wanted of [
        'Skip',
        'Classify',
        'Build',
        'Choose a picture',
        'Take a photo',
        'Measure all',
        'Compare with',
      ]) {
        expect(text).toContain(wanted);
      }
    });
  });

  it('skips to the page', async () => {
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('main');
    });
  });
});

describe.skipIf(noChromium)('settings', () => {
  const site = useSite();
  const go = site.shared();

  it('language and colours change at once and are remembered', async () => {
    await site.visit('', async ({ page }) => {
      await answerOf(page);
      await page.getByRole('combobox', { name: 'Language' }).selectOption('ko');
      await page.getByRole('heading', { level: 1, name: '분류' }).waitFor();
      await page.getByRole('combobox', { name: '색상' }).selectOption('dark');
      await page.reload();
      await page.getByRole('heading', { level: 1, name: '분류' }).waitFor();
      expect(
        await page.evaluate(() => [document.documentElement.lang, document.documentElement.dataset['theme']]),
      ).toEqual(['ko', 'dark']);
    });
  });

  it.each([320, 390, 1600])('nothing is wider than a window of %i pixels', async (width) => {
    await go(
      '#/classify?b=embedded',
      async ({ page }) => {
        await answerOf(page, 1);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      },
      { viewport: { width, height: 800 } },
    );
  });
});
