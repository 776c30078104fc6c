import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BrowserContext, Page } from 'playwright';
import { describe, expect, it } from 'vitest';
import { violations } from './support/axe.js';
import { type Figures, figuresOf, figuresOfCommand, inFolder, row, rowsOf, save, write } from './support/build.js';
import { noChromium, useSite, type Visit } from './support/site.js';

const RESNET_18: Figures = { params: 11_689_512, macs: 1_814_073_344 };
const address = (page: Page): string => decodeURIComponent(page.url().split('#')[1] ?? '');
const begin = (page: Page, label: string) => page.getByRole('combobox', { name: 'Begin with' }).selectOption({ label });
const palette = (page: Page) => page.getByRole('region', { name: 'Add a block' });
const problems = (page: Page) => page.getByRole('region', { name: 'Mistakes' });

describe.skipIf(noChromium)('blocks', () => {
  const site = useSite();

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
    await site.visit('#/build', async ({ page }) => {
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
    const prepare = (context: BrowserContext) =>
      context.addInitScript((blocks) => {
        localStorage.setItem('convzoo.build', JSON.stringify({ blocks: `long,32x32x3,${blocks}` }));
      }, many);
    const use = async ({ page }: Visit) => {
      await page.getByText(/Too long for an address \(\d+ of 1800 characters\)/).waitFor();
      expect(await rowsOf(page)).toHaveLength(60);
      expect(address(page)).toBe('/build');
      expect(await page.getByRole('button', { name: 'Copy a link' }).isDisabled()).toBe(true);
    };
    await site.visit('#/build', use, { prepare });
  });
});

/** The command line is a process for each file, on a machine that may be busy. */
const PATIENCE = 180_000;

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
        for (const [button, ending] of [
          ['Save as TypeScript', 'ts'],
          ['Save as JSON', 'json'],
        ] as const) {
          const path = await save(page, button, folder);
          expect(basename(path)).toBe(`${name}.${ending}`);
          expect(await figuresOfCommand(path)).toEqual(figures);
        }
        const picture = await save(page, 'Save as SVG', folder);
        expect(await readFile(picture, 'utf8')).toContain(`Architecture of ${name}`);
      });
    });
  });
});

const NET = `import { Builder, type Graph } from '@convzoo/layers';

interface Options { readonly classes: number }

export default function net({ classes }: Options = { classes: 7 }): Graph {
  const nn = new Builder('typed');
  const x = nn.conv2d(nn.input([16, 16, 3]), { out: 8, kernel: 3 });
  return nn.graph(nn.dense(nn.globalAvgPool(x), { units: classes }));
}
`;
const NET_FIGURES: Figures = { params: 27 * 8 + 8 * 7 + 7, macs: 256 * 27 * 8 + 56 };

describe.skipIf(noChromium)('TypeScript', { timeout: PATIENCE }, () => {
  const site = useSite();

  it('is that of the blocks, and what is changed there counts, is saved, and stays over a reload', async () => {
    await site.visit('#/build', async ({ page }) => {
      const before = await figuresOf(page);
      await page.getByRole('tab', { name: 'TypeScript' }).click();
      await page.getByText('Written from the blocks.').waitFor();
      await write(page, NET);
      await expect.poll(() => figuresOf(page)).toEqual(NET_FIGURES);
      await page.getByText('Ran in').waitFor();
      await inFolder(async (folder) => {
        expect(await figuresOfCommand(await save(page, 'Save as TypeScript', folder))).toEqual(NET_FIGURES);
        expect(await figuresOfCommand(await save(page, 'Save as JSON', folder))).toEqual(NET_FIGURES);
      });
      expect(address(page)).toBe('/build?edit=typescript');
      await page.reload();
      await expect.poll(() => figuresOf(page)).toEqual(NET_FIGURES);
      // Blocks cannot show it, and say so; they are there still.
      await page.getByRole('tab', { name: 'Blocks' }).click();
      await page.getByText('Blocks cannot show this text, so it stays text.').waitFor();
      await page.getByRole('button', { name: 'Back to the blocks' }).click();
      await expect.poll(() => figuresOf(page)).toEqual(before);
      await page.getByRole('button', { name: 'Undo' }).click();
      await page.getByText('Blocks cannot show this text').waitFor();
    });
  });

  it('that blocks can show leaves the blocks usable', async () => {
    await site.visit('#/build?edit=typescript', async ({ page }) => {
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+Home');
      await page.keyboard.insertText('// A remark.\n');
      await page.getByText('This network is edited as TypeScript.').waitFor();
      await page.getByText('Ran in').waitFor();
      await page.getByRole('tab', { name: 'Blocks' }).click();
      await page.getByText('It is a network of blocks all the same').waitFor();
      expect(await rowsOf(page)).toHaveLength(5);
      // So does a setting that is changed in the text.
      await page.getByRole('tab', { name: 'TypeScript' }).click();
      await page.locator('.cm-content').waitFor();
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+f');
      await page.keyboard.insertText('filters: 16');
      await page.keyboard.press('Enter');
      await page.keyboard.press('Escape');
      await page.keyboard.insertText('filters: 24');
      await page.getByText('Ran in').waitFor();
      await page.getByRole('tab', { name: 'Blocks' }).click();
      await expect.poll(async () => (await rowsOf(page))[0]).toContain('3x3, 24, relu 32x32x24');
    });
  });

  it.each([
    ['syntax', NET.replace('  const x', '  const = 3;\n  const x'), 7],
    ['a name that is none', NET.replace('  const x', '  \n  const x').replace('nn.conv2d', 'nn.conv3d'), 8],
    ['a mistake in the network', NET.replace('kernel: 3', 'kernel: 33, padding: 0'), 7],
  ])('shows %s at its line, in the gutter and in the list', async (_, text, line) => {
    await site.visit('#/build?edit=typescript', async ({ page }) => {
      await page.locator('.cm-content').waitFor();
      await write(page, text);
      const listed = problems(page).getByRole('button', { name: `Line ${line}` });
      await listed.waitFor();
      const marked = await page.locator('.cm-gutter-lint .cm-lint-marker-error').count();
      expect(marked).toBe(1);
      await page.getByText('Cost and picture are of the last network without mistakes.').waitFor();
      await listed.focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => page.locator('.cm-activeLineGutter').first().textContent()).toBe(String(line));
      expect(await page.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.className)).toContain(
        'cm-content',
      );
    });
  });

  it('that never ends is ended, while the page goes on', async () => {
    await site.visit('#/build?edit=typescript', async ({ page }) => {
      await page.locator('.cm-content').waitFor();
      const start = Date.now();
      await write(page, 'let i = 0;\nwhile (true) {\n  i++;\n}\nexport default i;\n');
      // The page itself is not held up.
      await page.waitForTimeout(900);
      await page.getByRole('tab', { name: 'Blocks' }).click();
      await page.getByRole('tab', { name: 'TypeScript' }).click();
      await problems(page).getByText('It ran too long and was ended.').waitFor({ timeout: 20_000 });
      process.stderr.write(`an endless loop was ended after ${((Date.now() - start) / 1000).toFixed(1)} s\n`);
      await write(page, NET);
      await expect.poll(() => figuresOf(page), { timeout: 10_000 }).toEqual(NET_FIGURES);
    });
  });

  it('reaches nothing of the page, and no network', async () => {
    await site.visit('#/build?edit=typescript', async ({ page }) => {
      await page.locator('.cm-content').waitFor();
      const names = ['fetch', 'document', 'self', 'localStorage', 'WebSocket', 'importScripts'];
      await write(
        page,
        `throw new Error([${names.map((name) => `typeof ${name}`).join(', ')}].join());\nexport default 1;\n`,
      );
      await problems(page)
        .getByText(names.map(() => 'undefined').join())
        .waitFor();
      await write(page, "import 'https://example.org/x.js';\nexport default 1;\n");
      await problems(page).getByText('Only @convzoo/layers and @convzoo/zoo can be imported here.').waitFor();
    });
  });
});

describe.skipIf(noChromium)('JSON', () => {
  const site = useSite();

  it('of a network of the zoo is shown, edited, and its mistakes are at their lines', async () => {
    await site.visit('#/build?zoo=resnet18', async ({ page }) => {
      await page.getByRole('tab', { name: 'JSON', selected: true }).waitFor();
      await expect.poll(() => figuresOf(page)).toEqual(RESNET_18);
      expect(address(page)).toBe('/build?zoo=resnet18&edit=json');
      await page.locator('.cm-content').click();
      await page.keyboard.press('Control+Home');
      // The seventh line is the first norm; a comma less is no JSON.
      for (let i = 0; i < 6; i++) await page.keyboard.press('ArrowDown');
      await page.keyboard.press('End');
      await page.keyboard.press('Backspace');
      await problems(page).getByRole('button', { name: 'Line 8' }).waitFor();
      await problems(page).getByText('Expected a comma or ]').waitFor();
      await page.keyboard.insertText(',');
      await problems(page).getByText('No mistakes.').waitFor();
      await expect.poll(() => figuresOf(page)).toEqual(RESNET_18);
      // Edited, it is no longer what the name of the zoo says.
      expect(address(page)).toBe('/build?edit=json');
    });
  });

  it('says which node is wrong', async () => {
    const text = JSON.stringify(
      {
        format: 'convzoo-graph/1',
        name: 'a',
        nodes: [
          { op: 'input', path: 'input', attributes: { shape: [4, 4, 3] }, inputs: [] },
          { op: 'flaten', path: 'b', inputs: [0] },
        ],
        output: 1,
      },
      null,
      1,
    );
    const line = text.split('\n').findIndex((each) => each.includes('flaten')) + 1;
    await site.visit('#/build?edit=json', async ({ page }) => {
      await page.locator('.cm-content').waitFor();
      await write(page, text);
      await problems(page)
        .getByRole('button', { name: `Line ${line}` })
        .waitFor();
      await problems(page).getByText('nodes[1].op: must be one of').waitFor();
    });
  });
});

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
      expect(figures).toEqual(await figuresOfCommand(paths[0]!));
      await inFolder(async (folder) => {
        expect(await figuresOfCommand(await save(page, 'Save as JSON', folder))).toEqual(figures);
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
    await site.visit(
      hash,
      async ({ page }) => {
        if (what === 'the editor') await page.locator('.cm-content .cm-line').first().waitFor();
        else await row(page, 'conv1').click();
        await page.locator('main svg').first().waitFor();
        await page.locator('main details summary').first().click();
        await page.waitForTimeout(300);
        expect(await violations(page)).toEqual([]);
      },
      { colorScheme, locale, bypassCSP: true },
    );
  });

  it.each([320, 390, 1024, 1600])('nothing is wider than a window of %i pixels', async (width) => {
    await site.visit(
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
    await site.visit('#/build?edit=typescript', async ({ page }) => {
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
