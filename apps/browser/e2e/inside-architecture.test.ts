import { analyse, receptiveFields } from '@convzoo/cost-analysis';
import { diagramOf } from '@convzoo/diagram';
import { buildModel, modelNames } from '@convzoo/zoo';
import { describe, expect, it } from 'vitest';
import { boxFor, factsFor, zoomOf } from './support/inside.js';
import { noChromium, useSite } from './support/site.js';

describe.skipIf(noChromium)('the picture of an architecture', () => {
  const site = useSite();
  const go = site.shared();

  it('has a box for each of the diagram, and says of a clicked one what the cost tool says', async () => {
    const graph = buildModel('resnet50');
    const node = graph.nodes.find(({ path }) => path === 'layer3.0.conv2');
    const row = analyse(graph).rows[node?.id ?? -1];
    const field = receptiveFields(graph)[node?.id ?? -1];
    if (node === undefined || row === undefined || !field) throw new Error('no layer3.0.conv2');
    await go('#/inside?a=resnet50', async ({ page }) => {
      await page.locator('[data-box]').first().waitFor();
      expect(await page.locator('[data-box]').count()).toBe(diagramOf(graph).nodes.length);
      await boxFor(page, 'layer3.0.relu2').or(boxFor(page, 'layer3.0.relu_1')).first().click();
      await page.getByRole('combobox', { name: 'Layers in this box' }).selectOption('layer3.0.conv2');
      const facts = await factsFor(page, 'layer3.0.conv2');
      expect(facts).toMatchObject({
        Kind: 'conv 3x3',
        Output: '14×14×256, 50.2 k numbers',
        Window: '3×3, stride 2×2, padding 1',
      });
      expect(row.trainable).toBe(589_824);
      expect(facts['Parameters']).toContain('590 k');
      expect(row.macs).toBe(115_605_504);
      expect(facts['MACs']).toContain('116 M');
      expect(facts['Receptive field']).toBe(
        `${field.height.size}×${field.width.size} pixels of the input, one unit every ${field.height.stride}`,
      );
      expect(page.url()).toContain('layer=layer3.0.conv2');
    });
  });

  it('expands a repeated block by click and by key, and puts it together again', async () => {
    const graph = buildModel('resnet50');
    const collapsed = diagramOf(graph).nodes.length;
    const expanded = diagramOf(graph, { expanded: ['layer3.1.conv1'] }).nodes.length;
    await go('#/inside?a=resnet50', async ({ page }) => {
      const boxes = page.locator('[data-box]');
      await boxes.first().waitFor();
      expect(await boxes.count()).toBe(collapsed);
      const toggle = page.locator('[data-run="layer3.1.conv1"]').first();
      expect(await toggle.getAttribute('aria-label')).toBe('layer3.1 .. layer3.5 ×5: show all 5');
      await toggle.click();
      await expect.poll(() => boxes.count()).toBe(expanded);
      expect(page.url()).toContain('open=layer3.1.conv1');
      await page.locator('[data-run="layer3.1.conv1"]').nth(2).focus();
      await page.keyboard.press('Enter');
      await expect.poll(() => boxes.count()).toBe(collapsed);
      await page.getByRole('button', { name: 'Show every repeated block' }).click();
      const all = diagramOf(graph, { detail: 'units' }).nodes.length;
      await expect.poll(() => boxes.count()).toBe(all);
    });
  });

  it('expands a layer that is repeated without a block', async () => {
    await go('#/inside?a=vgg16', async ({ page }) => {
      await page.getByRole('button', { name: /^3x3 conv, 256 ×3: show all 3/ }).click();
      await expect.poll(() => page.getByRole('button', { name: '3x3 conv, 256: show once' }).count()).toBe(3);
    });
  });

  it('is gone through by the arrow keys, and every place is in the address', async () => {
    await go('#/inside?layer=conv1', async ({ page }) => {
      await factsFor(page, 'conv1');
      const focused = () => page.evaluate(() => document.activeElement?.getAttribute('data-layer'));
      await boxFor(page, 'relu').focus();
      await page.keyboard.press('ArrowDown');
      await expect.poll(focused).toMatch(/^layer1\.0\./);
      await page.keyboard.press('End');
      await expect.poll(focused).toBe('linear');
      await factsFor(page, 'linear');
      await page.keyboard.press('ArrowUp');
      await page.keyboard.press('Home');
      await expect.poll(focused).toBe('input');
      // To a branch and back.
      await boxFor(page, 'layer2.0.relu').focus();
      await page.keyboard.press('ArrowLeft');
      await expect.poll(focused).toBe('layer2.0.shortcut.subsample');
      await page.keyboard.press('ArrowRight');
      await expect.poll(focused).toBe('layer2.0.relu');
      expect(page.url()).toContain('layer=layer2.0.relu');
      // One stop for Tab among all boxes.
      expect(await page.locator('[data-box][tabindex="0"]').count()).toBe(1);
    });
  });

  it('zooms by buttons, keys and the wheel, where the pointer is', async () => {
    await go('#/inside?layer=conv1', async ({ page }) => {
      await factsFor(page, 'conv1');
      const first = await zoomOf(page);
      await page.getByRole('button', { name: 'Zoom in' }).click();
      await expect.poll(() => zoomOf(page)).toBeCloseTo(first * 1.25, 5);
      await page.getByRole('button', { name: 'Zoom out' }).click();
      await expect.poll(() => zoomOf(page)).toBeCloseTo(first, 5);
      await boxFor(page, 'relu').focus();
      await page.keyboard.press('+');
      await expect.poll(() => zoomOf(page)).toBeCloseTo(first * 1.25, 5);
      await page.keyboard.press('-');
      await page.keyboard.press('0');
      await expect.poll(() => zoomOf(page)).toBeLessThan(first);
      const frame = page.locator('[data-zoom]');
      const [whole, window] = await frame.evaluate((element) => [element.scrollHeight, element.clientHeight]);
      expect(whole).toBeLessThanOrEqual((window ?? 0) + 1);
      const box = await boxFor(page, 'relu').boundingBox();
      if (box === null) throw new Error('the box is not there');
      const at = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
      await page.mouse.move(at.x, at.y);
      await page.keyboard.down('Control');
      for (let i = 0; i < 4; i++) await page.mouse.wheel(0, -60);
      await page.keyboard.up('Control');
      await expect.poll(() => zoomOf(page)).toBeGreaterThan(first);
      const after = await boxFor(page, 'relu').boundingBox();
      if (after === null) throw new Error('the box is not there');
      expect(Math.abs(after.y + after.height / 2 - at.y)).toBeLessThan(after.height);
    });
  });

  it('zooms by two fingers', async () => {
    await site.visit(
      '#/inside?layer=conv1',
      async ({ page, context }) => {
        await factsFor(page, 'conv1');
        const frame = page.locator('[data-zoom]');
        await frame.scrollIntoViewIfNeeded();
        const before = await zoomOf(page);
        const bounds = await frame.boundingBox();
        if (bounds === null) throw new Error('no frame');
        const [x, y] = [bounds.x + bounds.width / 2, bounds.y + bounds.height / 2];
        const session = await context.newCDPSession(page);
        const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', apart: number) =>
          session.send('Input.dispatchTouchEvent', {
            type,
            touchPoints:
              type === 'touchEnd'
                ? []
                : [
                    { x: x - apart, y },
                    { x: x + apart, y },
                  ].map((p, id) => ({ ...p, id })),
          });
        await touch('touchStart', 30);
        for (const apart of [36, 44, 52, 60]) await touch('touchMove', apart);
        await touch('touchEnd', 0);
        await expect.poll(() => zoomOf(page)).toBeCloseTo(before * 2, 1);
      },
      { hasTouch: true, viewport: { width: 390, height: 844 } },
    );
  });
});

describe.skipIf(noChromium)('receptive fields', () => {
  const site = useSite();
  const go = site.shared();

  it('are drawn where the unit’s field lies on the picture, and moved by keys and by a click', async () => {
    const graph = buildModel('resnet20-cifar10');
    const node = graph.nodes.find(({ path }) => path === 'layer2.0.conv1');
    const field = receptiveFields(graph)[node?.id ?? -1];
    if (!field) throw new Error('no field');
    await go('#/inside?layer=layer2.0.conv1&show=field&unit=4,7', async ({ page }) => {
      const rect = page.locator('[data-field]');
      await rect.waitFor();
      const [w = 0, h = 0, left = 0, top = 0, side = 0] = await page.locator('.stage svg').evaluate((svg) => {
        const { width, height } = (svg as SVGSVGElement).viewBox.baseVal;
        const view = svg.querySelector('.view');
        return [width, height, ...['x', 'y', 'width'].map((name) => Number(view?.getAttribute(name)))];
      });
      // The middle square of the picture is what a network of CIFAR's sees.
      expect(side).toBe(Math.min(w, h));
      expect(Math.abs(left - (w - side) / 2)).toBeLessThanOrEqual(0.5);
      expect(Math.abs(top - (h - side) / 2)).toBeLessThanOrEqual(0.5);
      const shown = async () =>
        Promise.all(['x', 'y', 'width', 'height'].map(async (name) => Number(await rect.getAttribute(name))));
      const scale = side / 32;
      const expected = (row: number, column: number) => [
        left + (field.width.start + column * field.width.stride) * scale,
        top + (field.height.start + row * field.height.stride) * scale,
        field.width.size * scale,
        field.height.size * scale,
      ];
      const isAt = async (row: number, column: number) =>
        (await shown()).every((value, i) => Math.abs(value - (expected(row, column)[i] ?? Number.NaN)) < 1e-3);
      expect(await isAt(4, 7)).toBe(true);
      await page.getByRole('slider', { name: 'Unit: row' }).focus();
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => isAt(5, 7)).toBe(true);
      expect(page.url()).toContain('unit=5,7');
      const stage = await page.locator('.stage').boundingBox();
      if (stage === null) throw new Error('no stage');
      await page.mouse.click(stage.x + stage.width / 2, stage.y + stage.height / 2);
      await expect.poll(() => isAt(8, 8)).toBe(true);
      // The same place on a map of another size.
      await boxFor(page, 'layer3.0.relu').press('Enter');
      await expect.poll(() => page.url()).toContain('unit=4,4');
    });
  });

  it('need no weights', async () => {
    await go('#/inside?a=vgg16&show=field&layer=features.0', async ({ page }) => {
      await page.locator('[data-view="field"][data-size="3x3"]').waitFor();
      await page.locator('[data-field]').waitFor();
    });
  });
});

describe.skipIf(noChromium)('every network of the zoo, by name', () => {
  const site = useSite();
  const go = site.shared();

  it('is drawn and counted without weights', { timeout: 400_000 }, async () => {
    await go('#/inside?show=none', async ({ page }) => {
      await page.locator('[data-weights="there"]').waitFor();
      for (const name of modelNames) {
        const { total } = analyse(buildModel(name));
        await page.evaluate((text) => {
          location.hash = `#/inside?show=none&a=${text}`;
        }, name);
        await page.locator('.name', { hasText: new RegExp(`^${name}$`) }).waitFor();
        const counts = page.locator('[data-params]');
        expect([name, await counts.getAttribute('data-params')]).toEqual([name, String(total.params)]);
        expect([name, await counts.getAttribute('data-macs')]).toEqual([name, String(total.macs)]);
        await page.locator('[data-box="n1"]').waitFor();
        await page.locator('[data-weights="missing"]').waitFor();
      }
    });
  });

  it('says what is missing without weights, and offers them', async () => {
    await go('#/inside?a=mobilenet_v2', async ({ page }) => {
      const message = page.getByRole('status').first();
      await message.waitFor();
      expect(await message.textContent()).toContain('Feature maps are computed from a network');
      await page
        .getByRole('button', { name: /^Download: torchvision\/mobilenet_v2/ })
        .first()
        .waitFor();
      expect(await page.getByRole('button', { name: 'Weights from a file ...' }).count()).toBe(2);
      await page.evaluate(() => {
        location.hash = '#/inside?a=resnet20-cifar10';
      });
      await page.getByRole('button', { name: 'Use those that come with the page' }).first().click();
      await page.locator('[data-weights="there"]').waitFor();
    });
  });

  it('is found by its name in the field, and a name that is none is said', async () => {
    await go('#/inside?show=none', async ({ page }) => {
      const field = page.getByRole('combobox', { name: 'Or any architecture of the zoo' });
      await field.fill('densenet121');
      await field.press('Enter');
      await page.locator('.name', { hasText: 'densenet121' }).waitFor();
      await page.getByRole('combobox', { name: 'Or any architecture of the zoo' }).fill('resnet5000');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('no network called "resnet5000"');
      await page.goBack();
      await page.locator('.name', { hasText: 'densenet121' }).waitFor();
    });
  });
});
