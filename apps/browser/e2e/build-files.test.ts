import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { violations } from './support/axe.js';
import {
  figuresOf,
  figuresOfCommand,
  inFolder,
  NET,
  NET_FIGURES,
  PATIENCE,
  problems,
  row,
  save,
} from './support/build.js';
import { noChromium, useSite } from './support/site.js';

describe.skipIf(noChromium)('files of others', { timeout: PATIENCE }, () => {
  const site = useSite();
  const fixture = (name: string): string =>
    fileURLToPath(new URL(`../../../fixtures/keras-import/files/${name}`, import.meta.url));
  const open = (page: Page, ...files: string[]) => page.locator('input[type=file]').first().setInputFiles(files);

  it.each([
    ['Keras h5', ['nested-keras2.h5']],
    ['Keras v3', ['nested-keras3.keras']],
    ['TensorFlow.js, with its weights', ['plain-keras2/model.json', 'plain-keras2/group1-shard1of1.bin']],
    ['TensorFlow.js, the architecture alone', ['plain-keras2/model.json']],
  ])('%s is drawn, counted as the command line does, and edited as JSON', async (_, names) => {
    const paths = names.map(fixture);
    await site.visit('#/build', async ({ page }) => {
      await figuresOf(page);
      await open(page, ...paths);
      await page.getByText(/^Opened /).waitFor();
      await page.locator('.cm-content', { hasText: 'convzoo-graph/1' }).waitFor();
      await problems(page).getByText('No mistakes.').waitFor();
      const figures = await figuresOf(page);
      await inFolder(async (folder) => {
        const saved = await save(page, 'Save as JSON', folder);
        expect(await Promise.all([paths[0]!, saved].map(figuresOfCommand))).toEqual([figures, figures]);
      });
    });
  });

  it('a graph and TypeScript of the user are opened as they are', async () => {
    await inFolder(async (folder) => {
      await writeFile(`${folder}/own.ts`, NET);
      await writeFile(`${folder}/empty.h5`, 'no HDF5');
      await writeFile(`${folder}/large.json`, ' '.repeat(4_000_001));
      await site.visit('#/build', async ({ page }) => {
        await figuresOf(page);
        await open(page, `${folder}/own.ts`);
        await expect.poll(() => figuresOf(page)).toEqual(NET_FIGURES);
        await open(page, `${folder}/empty.h5`);
        await page.getByRole('alert').waitFor();
        expect(await page.getByRole('alert').textContent()).toContain('(unknown-format)');
        await open(page, `${folder}/large.json`);
        await expect.poll(() => page.getByRole('alert').textContent()).toContain('(text-too-large)');
        // What was there stays.
        expect(await figuresOf(page)).toEqual(NET_FIGURES);
      });
    });
  });
});

describe.skipIf(noChromium)('everyone can use it', () => {
  const site = useSite();
  const between = '#/inside?tab=lessons';
  const go = site.shared({ between });
  // addScriptTag puts the tool in as text, which the policy forbids.
  const withAxe = {
    en: site.shared({ between, bypassCSP: true }),
    ko: site.shared({ between, bypassCSP: true, locale: 'ko' }),
  };

  it.each([
    [
      'an open block and one that fails',
      '#/build?net=a,8x8x3,maxPool,convolution:kernel9:padding%3Dnone,classifier',
      'light',
      'en',
    ],
    [
      'an open block and one that fails',
      '#/build?net=a,8x8x3,maxPool,convolution:kernel9:padding%3Dnone,classifier',
      'dark',
      'ko',
    ],
    ['the editor', '#/build?zoo=resnet20-cifar10', 'light', 'ko'],
    ['the editor', '#/build?edit=typescript', 'dark', 'en'],
  ] as const)('axe-core finds nothing with %s (%s, %s, %s)', async (what, hash, colorScheme, locale) => {
    await withAxe[locale](
      hash,
      async ({ page }) => {
        if (what === 'the editor') await page.locator('.cm-content .cm-line').first().waitFor();
        else await row(page, 'conv1').click();
        await page.locator('main svg').first().waitFor();
        await page.locator('main details summary').first().click();
        await page.waitForTimeout(300);
        expect(await violations(page)).toEqual([]);
      },
      { colorScheme },
    );
  });

  it.each([320, 390, 1024, 1600])('nothing is wider than a window of %i pixels', async (width) => {
    await go(
      '#/build?edit=typescript',
      async ({ page }) => {
        const excess = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
        await page.locator('.cm-content .cm-line').first().waitFor();
        expect(await excess()).toBeLessThanOrEqual(0);
        await page.getByRole('tab', { name: 'Blocks' }).click();
        await row(page, 'conv1').click();
        expect(await excess()).toBeLessThanOrEqual(0);
      },
      { viewport: { width, height: 800 } },
    );
  });

  it('Tab leaves the editor, and focus is seen', async () => {
    await go('#/build?edit=typescript', async ({ page }) => {
      await page.locator('.cm-content').click();
      const outline = await page.evaluate(() => {
        const host = document.activeElement;
        return host === null ? 0 : Number.parseFloat(getComputedStyle(host).outlineWidth);
      });
      expect(outline).toBeGreaterThanOrEqual(2);
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => document.activeElement?.shadowRoot ?? null)).toBeNull();
    });
  });
});
