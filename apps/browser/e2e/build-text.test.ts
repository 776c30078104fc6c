import { describe, expect, it } from 'vitest';
import {
  address,
  figuresOf,
  figuresOfCommand,
  inFolder,
  NET,
  NET_FIGURES,
  PATIENCE,
  problems,
  RESNET_18,
  rowsOf,
  save,
  write,
} from './support/build.js';
import { noChromium, useSite } from './support/site.js';

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
        const files = [await save(page, 'Save as TypeScript', folder), await save(page, 'Save as JSON', folder)];
        expect(await Promise.all(files.map(figuresOfCommand))).toEqual([NET_FIGURES, NET_FIGURES]);
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
      await page.keyboard.type('filters: 16');
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
      // There is a network without mistakes first.
      await figuresOf(page);
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
