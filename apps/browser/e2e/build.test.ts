import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import {
  address,
  figuresOf,
  figuresOfCommand,
  inFolder,
  PATIENCE,
  RESNET_18,
  row,
  rowsOf,
  save,
} from './support/build.js';
import { noChromium, useSite, type Visit } from './support/site.js';

const begin = (page: Page, label: string) => page.getByRole('combobox', { name: 'Begin with' }).selectOption({ label });
const palette = (page: Page) => page.getByRole('region', { name: 'Add a block' });

describe.skipIf(noChromium)('blocks', () => {
  const site = useSite();
  const go = site.shared({ between: '#/inside?tab=lessons' });

  it('are added, set and counted at once, and the address holds them', async () => {
    await site.visit('#/build', async ({ page, url, context }) => {
      await begin(page, 'Nothing');
      await page.getByText('No blocks yet').waitFor();
      await palette(page).getByRole('button', { name: 'Convolution', exact: true }).click();
      await row(page, 'conv1').waitFor();
      await expect.poll(() => rowsOf(page)).toEqual(['Convolution conv1 3x3, 64, relu 32x32x64 1.86 k · 1.77 M']);
      // 3 * 3 * 3 * 48 and the norm's scale and shift; stride 2 halves the map.
      await page.getByRole('spinbutton', { name: 'Filters' }).fill('48');
      await page.getByRole('spinbutton', { name: 'Stride' }).fill('2');
      await expect.poll(() => figuresOf(page)).toEqual({ params: 27 * 48 + 96, macs: 16 * 16 * 27 * 48 });
      await palette(page).getByRole('button', { name: 'Classifier' }).click();
      await expect.poll(() => figuresOf(page)).toEqual({ params: 27 * 48 + 96 + 490, macs: 16 * 16 * 27 * 48 + 480 });
      expect(address(page)).toBe('/build?net=my-net,32x32x3,convolution:filters48:stride2,classifier');
      const other = await context.newPage();
      await other.goto(url + page.url().slice(page.url().indexOf('#')));
      await expect.poll(() => figuresOf(other)).toEqual(await figuresOf(page));
    });
  });

  it.each([
    ['Like ResNet (ResNet-18)', RESNET_18],
    ['Like VGG (VGG-16)', { params: 138_357_544, macs: 15_470_264_320 }],
    ['Like MobileNet (MobileNet V2)', { params: 3_504_872, macs: 300_774_272 }],
  ])('"%s" counts as published', async (label, figures) => {
    await go('#/build', async ({ page }) => {
      await begin(page, label);
      await expect.poll(() => figuresOf(page)).toEqual(figures);
    });
  });

  it('are moved, duplicated, removed and had again by the keyboard alone', async () => {
    await site.visit('#/build', async ({ page }) => {
      await figuresOf(page);
      const order = async () => (await rowsOf(page)).map((text) => text.match(/([a-z]+\d+) /)?.[1]);
      const focused = () => page.evaluate(() => document.activeElement?.textContent ?? '');
      await row(page, 'layer2').focus();
      await page.keyboard.press('Alt+ArrowUp');
      // Names are counted anew: what was the second is the first.
      await expect.poll(focused).toContain('layer1');
      expect((await rowsOf(page))[1]).toContain('layer1 32, /2, x2');
      await page.keyboard.press('Alt+ArrowDown');
      await page.keyboard.press('Alt+ArrowDown');
      await expect.poll(async () => (await rowsOf(page))[3]).toContain('layer3 32, /2, x2');
      expect(await page.getByText('layer2 is now 4 of 5.').count()).toBe(1);
      await page.keyboard.press('Control+d');
      await expect.poll(order).toHaveLength(6);
      await page.keyboard.press('Delete');
      await expect.poll(order).toHaveLength(5);
      // Focus stays near, so that one can go on.
      await expect.poll(focused).not.toBe('');
      await page.keyboard.press('Delete');
      await expect.poll(order).toHaveLength(4);
      for (let i = 0; i < 6; i++) await page.keyboard.press('Control+z');
      await expect.poll(order).toEqual(['conv1', 'layer1', 'layer2', 'layer3', 'classifier1']);
      expect((await rowsOf(page))[2]).toContain('layer2 32, /2, x2');
      await page.keyboard.press('Control+Shift+z');
      await expect.poll(async () => (await rowsOf(page))[1]).toContain('layer1 32, /2, x2');
    });
  });

  it('are dragged', async () => {
    await site.visit('#/build', async ({ page }) => {
      await figuresOf(page);
      await row(page, 'classifier1').dragTo(row(page, 'conv1'));
      await expect.poll(async () => (await rowsOf(page))[0]).toContain('Classifier');
      // A vector cannot be convolved: the block says so.
      await page.getByText('It needs a map, but what comes in is a vector already.').waitFor();
      expect((await rowsOf(page)).slice(2).every((text) => text.endsWith('not reached'))).toBe(true);
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByText('It needs a map').waitFor({ state: 'detached' });
    });
  });

  it('that cannot be built say why, and what is before them is counted', async () => {
    await site.visit(
      '#/build?net=my-net,8x8x3,maxPool,maxPool,convolution:kernel7:padding%3Dnone',
      async ({ page }) => {
        await page.getByText('The map is 2x2 here, smaller than the 7x7 window.').waitFor();
        await page.getByText('Cost and picture are of the part before conv1.').waitFor();
        await expect.poll(() => page.getByRole('button', { name: 'Save as TypeScript' }).isDisabled()).toBe(true);
        await row(page, 'conv1').click();
        await page.getByRole('spinbutton', { name: 'Kernel' }).fill('2');
        await page.getByText('smaller than the').waitFor({ state: 'detached' });
        await expect.poll(() => figuresOf(page)).toEqual({ params: 4 * 3 * 64 + 128, macs: 4 * 3 * 64 });
      },
    );
  });

  it('survive a reload, and an address that is none leaves them', async () => {
    await site.visit('#/build', async ({ page, url }) => {
      await begin(page, 'Like ResNet (ResNet-18)');
      await expect.poll(() => figuresOf(page)).toEqual(RESNET_18);
      await page.goto(`${url}#/build?net=nonsense`);
      await page.getByText('The address holds no network that can be read').waitFor();
      await page.goto(`${url}#/classify`);
      await page.goto(`${url}#/build`);
      await page.reload();
      await expect.poll(() => figuresOf(page)).toEqual(RESNET_18);
    });
  });

  it('are too many for an address, which says so', async () => {
    const many = Array.from({ length: 60 }, () => 'inception:ones11:reduce312:threes13:reduce514:fives15').join(',');
    const prepare = async (context: BrowserContext) => {
      await context.addInitScript((blocks) => {
        localStorage.setItem('convzoo.build', JSON.stringify({ blocks: `long,32x32x3,${blocks}` }));
      }, many);
    };
    const use = async ({ page }: Visit) => {
      await page.getByText(/Too long for an address \(\d+ of 1800 characters\)/).waitFor();
      expect(await rowsOf(page)).toHaveLength(60);
      expect(address(page)).toBe('/build');
      expect(await page.getByRole('button', { name: 'Copy a link' }).isDisabled()).toBe(true);
    };
    await site.visit('#/build', use, { prepare });
  });
});

describe.skipIf(noChromium)('saved files', { timeout: PATIENCE }, () => {
  const site = useSite();

  it.each([
    ['#/build', 'my-net'],
    [
      '#/build?net=odd-one,96x64x1,convolution:filters24:kernel5:stride2,inception,fire,denseConnections:layers3,separable:blocks2,invertedResiduals:excitation1,convnext:blocks1,squeezeExcitation,avgPool,bottleneckBlocks:groups4:excitation1,classifier:from%3Dflatten:dropout0.3',
      'odd-one',
    ],
    ['#/build?zoo=squeezenet1_1', 'squeezenet1_1'],
  ])('of %s are counted alike by the command line', async (hash, name) => {
    await site.visit(hash, async ({ page }) => {
      await page.getByText(`./${name}.ts`).waitFor();
      const figures = await figuresOf(page);
      expect(figures.params).toBeGreaterThan(10_000);
      await inFolder(async (folder) => {
        const files = [await save(page, 'Save as TypeScript', folder), await save(page, 'Save as JSON', folder)];
        expect(files.map((path) => basename(path))).toEqual([`${name}.ts`, `${name}.json`]);
        expect(await Promise.all(files.map(figuresOfCommand))).toEqual([figures, figures]);
        const picture = await save(page, 'Save as SVG', folder);
        expect(await readFile(picture, 'utf8')).toContain(`Architecture of ${name}`);
      });
    });
  });
});
