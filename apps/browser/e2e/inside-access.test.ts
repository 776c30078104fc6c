import { describe, expect, it } from 'vitest';
import { violations } from './support/axe.js';
import { channelsOf, factsFor } from './support/inside.js';
import { noChromium, useSite } from './support/site.js';

/** States of the page, and what is there when they are. */
const states = [
  ['Grad-CAM', '#/inside', '[data-view="cam"][data-values]'],
  ['occlusion', '#/inside?show=occlusion&picture=cat', '[data-view="occlusion"][data-drop]'],
  ['a feature map on the picture', '#/inside?show=map&channel=3&layer=relu', '[data-channel="3"][aria-pressed="true"]'],
  ['a receptive field, filters', '#/inside?show=field&look=kernels&layer=layer2.0.conv1', '[data-kernels]'],
  ['an architecture without weights', '#/inside?a=googlenet', '[role="status"] details summary, [role="status"] li'],
  ['expanded blocks', '#/inside?a=resnet50&show=none&open=layer3.1.conv1', '[aria-expanded="true"]'],
  ['a vector', '#/inside?layer=linear', '[data-look="linear"] table'],
  ['a name that is none', '#/inside?a=resnet5000', '[role="alert"]'],
] as const;

describe.skipIf(noChromium)('Look inside is there for everyone', () => {
  const site = useSite();
  const go = site.shared();
  // addScriptTag puts the tool in as text, which the policy forbids.
  const english = site.shared({ bypassCSP: true });
  const korean = site.shared({ bypassCSP: true, locale: 'ko' });

  it.each(states)('axe-core finds nothing: %s', async (_, hash, ready) => {
    for (const [visit, colorScheme] of [
      [english, 'light'],
      [korean, 'dark'],
    ] as const) {
      await visit(
        hash,
        async ({ page }) => {
          await page.locator(ready).first().waitFor();
          expect(await violations(page)).toEqual([]);
        },
        { colorScheme },
      );
    }
  });

  it.each([320, 390, 1024, 1600])('nothing is wider than a window of %i pixels', async (width) => {
    await go(
      '#/inside?layer=layer2.0.conv1&look=kernels',
      async ({ page }) => {
        await page.locator('[data-kernels]').waitFor();
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      },
      { viewport: { width, height: 800 } },
    );
  });

  it('the keyboard reaches every part in order, and focus is seen', async () => {
    await go('#/inside?show=field&layer=layer2.0.relu', async ({ page }) => {
      await channelsOf(page, 'layer2.0.relu');
      const reached: string[] = [];
      for (let i = 0; i < 140; i++) {
        await page.keyboard.press('Tab');
        const { name, seen } = await page.evaluate(() => {
          const { activeElement: element } = document;
          if (element === null || element === document.body) return { name: '', seen: true };
          const text = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40) ?? '';
          const ring = element.querySelector('.ring, .chip, .sign');
          const [own, drawn] = [getComputedStyle(element), ring === null ? undefined : getComputedStyle(ring)];
          const width = drawn === undefined ? own.outlineWidth : drawn.strokeWidth;
          return { name: `${element.tagName} ${text}`, seen: Number.parseFloat(width) >= 2 };
        });
        if (name === '') break;
        expect(seen, `${name} shows no focus`).toBe(true);
        reached.push(name);
      }
      const places = [
        'Network',
        'Zoom in',
        'Whole picture',
        'show all',
        '3x3 conv, 32, /2 BN, ReLU',
        'layer1.2',
        'Feature maps',
        'Channel 0',
        'Choose a picture',
      ].map((wanted) => reached.findIndex((name) => name.includes(wanted)));
      expect(places).not.toContain(-1);
      expect(places.at(-1)).toBe(Math.max(...places));
    });
  });

  it('a view is that of its address after a reload', async () => {
    const hash = '#/inside?layer=layer2.0.relu&show=field&unit=3,5&look=kernels&open=layer1.0.conv1&picture=airplane';
    await go(hash, async ({ page, url }) => {
      const state = async () => {
        await factsFor(page, 'layer2.0.relu');
        await page.locator('[data-kernels="layer2.0.conv1"]').waitFor();
        await page.locator('[data-field]').waitFor();
        return [
          await page.locator('[data-field]').getAttribute('x'),
          await page.locator('[data-box]').count(),
          await page.locator('.stage').getAttribute('aria-label'),
        ];
      };
      const before = await state();
      expect(before[2]).toContain('An airplane from above');
      await page.reload();
      expect(await state()).toEqual(before);
      expect(page.url()).toBe(url + hash);
    });
  });

  it('scrolls without motion where people want none', async () => {
    await site.visit(
      '#/inside?layer=conv1&show=none',
      async ({ page }) => {
        await factsFor(page, 'conv1');
        const frame = page.locator('[data-zoom]');
        await page.locator('[data-layer="relu"]').focus();
        await page.keyboard.press('End');
        await factsFor(page, 'linear');
        const at = await frame.evaluate((element) => element.scrollTop);
        expect(at).toBeGreaterThan(0);
        await page.waitForTimeout(400);
        expect(await frame.evaluate((element) => element.scrollTop)).toBe(at);
      },
      { reducedMotion: 'reduce' },
    );
  });
});
