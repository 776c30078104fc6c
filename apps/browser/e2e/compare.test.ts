import { accuracyChart, chartInk, paretoFront } from '@convzoo/charts';
import { renderSvg } from '@convzoo/charts/render';
import { analyse, conventionNames, inferenceMemory, networkCost } from '@convzoo/cost-analysis';
import { decode } from '@convzoo/preprocessing';
import { buildModel, modelNames, resolveModel } from '@convzoo/zoo';
import { publishedAccuracies } from '@convzoo/zoo/pretrained';
import type { Page } from 'playwright';
import { describe, expect, it, vi } from 'vitest';
import { counted, drag, explored, parseCsv, saved } from './support/compare.js';
import { noChromium, useSite } from './support/site.js';

// Counting waits where other work has the processors.
vi.setConfig({ testTimeout: 180_000, expect: { poll: { timeout: 30_000 } } });

/** A network as `convzoo compare` has it. */
function inNode(model: string) {
  const resolved = resolveModel(model);
  const cost = networkCost(buildModel(model));
  const accuracy = publishedAccuracies(resolved).find(({ input }) => input === cost.input[0]);
  return { model, family: resolved.entry.family, ...cost, accuracy };
}

const zoo = modelNames.map(inNode);
const published = zoo.filter(({ accuracy }) => accuracy !== undefined);

const rowsOfTable = (page: Page, name: string) => page.getByRole('region', { name, exact: true }).locator('tbody tr');

describe.skipIf(noChromium)('the page Compare', () => {
  const site = useSite();
  // Networks are counted once for all tests, as for a visitor who stays.
  const go = site.shared();

  it('counts every network as Node does, with the same accuracies and the same front', async () => {
    await go('#/compare', async (visit) => {
      await counted(visit.page);
      const { name, bytes } = await saved(visit, 'All networks', 'CSV');
      expect(name).toBe('convzoo-zoo.csv');
      const front = new Set(
        paretoFront(
          published,
          ({ macs }) => macs,
          ({ accuracy }) => accuracy!.top1,
        ),
      );
      const expected = zoo.map((row) => ({
        model: row.model,
        family: row.family,
        input: row.input.join('x'),
        params: String(row.params),
        macs: String(row.macs),
        activations: String(row.activations),
        memory_bytes: String(row.memory),
        top1: row.accuracy === undefined ? '' : String(row.accuracy.top1),
        source: row.accuracy?.source ?? '',
        pareto_front: front.has(row) ? 'yes' : 'no',
      }));
      const byModel = (a: { model?: string }, b: { model?: string }) => (a.model! < b.model! ? -1 : 1);
      expect(parseCsv(bytes).toSorted(byModel)).toEqual(expected.toSorted(byModel));
    });
  });

  it('draws those with a published accuracy and names the others', async () => {
    await go('#/compare', async ({ page }) => {
      await counted(page);
      const points = page.locator('[role=application] svg [aria-roledescription=point]');
      // Three are chosen, and have a ring of their own.
      await expect.poll(() => points.count()).toBe(published.length + 3);
      await page.getByText(`${zoo.length - published.length} networks have no place on the chart`).click();
      const text = (await page.locator('details dl dd').allTextContents()).join(', ');
      for (const { model, accuracy } of zoo) {
        if (accuracy === undefined) expect(text).toContain(model);
      }
    });
  });

  it('recounts while sliders move, and the point follows', async () => {
    await go('#/compare?explore=mobilenet_v2', async ({ page }) => {
      await counted(page);
      const moved = page.locator('[role=application] svg text', { hasText: /^mobilenet_v2@/ });
      await drag(page, 'Width multiplier', [0.95, 0.9, 0.85, 0.8, 0.75]);
      await expect.poll(() => moved.textContent()).toBe('mobilenet_v2@0.75');
      await drag(page, 'Input side', [216, 200, 184, 160]);
      const { macs, params, memory } = inNode('mobilenet_v2@0.75,160');
      await expect.poll(() => explored(page)).toEqual({ model: 'mobilenet_v2@0.75,160', macs, params, memory });
      await expect.poll(() => moved.textContent()).toBe('mobilenet_v2@0.75,160');
      // TF-slim published this size.
      await page.getByText(/66\.4 % top-1 as published \(tf-slim/).waitFor();
      await drag(page, 'Input side', [168]);
      await page.getByText(/Nobody published an accuracy at this size/).waitFor();
      // The address has it once the slider rests, and gives it back.
      await expect.poll(() => page.url()).toContain('explore=mobilenet_v2&width=0.75&input=168');
      await page.reload();
      await counted(page);
      await expect.poll(async () => (await explored(page))['model']).toBe('mobilenet_v2@0.75,168');
    });
  });

  it('answers a slider soon', async () => {
    await go('#/compare?explore=mobilenet_v1', async ({ page }) => {
      await counted(page);
      const times = await page.getByRole('slider', { name: 'Input side' }).evaluate(async (slider) => {
        const input = slider as HTMLInputElement;
        const result = document.querySelector<HTMLElement>('[data-model]:has([data-field])')!;
        const took: number[] = [];
        for (let i = 0; i < 12; i++) {
          const { model } = result.dataset;
          const start = performance.now();
          input.value = String(Number(input.value) - 8);
          input.dispatchEvent(new Event('input', { bubbles: true }));
          while (result.dataset['model'] === model) await new Promise((resolve) => setTimeout(resolve));
          took.push(performance.now() - start);
        }
        return took.toSorted((a, b) => a - b);
      });
      const [least = Number.NaN] = times;
      process.stderr.write(`a slider's answer, ms: ${times.map((each) => each.toFixed(0)).join(' ')}\n`);
      // The least, since other work may have the processor for the others.
      expect(least).toBeLessThan(100);
    });
  });

  it('takes any input that a network can take, and no smaller one', async () => {
    await go('#/compare?explore=inception_v3', async ({ page }) => {
      await counted(page);
      const slider = page.getByRole('slider', { name: 'Input side' });
      await expect.poll(() => slider.getAttribute('min')).toBe('75');
      await slider.fill('75');
      const { macs } = inNode('inception_v3@75');
      await expect.poll(async () => (await explored(page))['macs']).toBe(macs);
      expect(await page.getByRole('slider', { name: 'Width multiplier' }).isDisabled()).toBe(true);
    });
  });

  it('shows what the address says', async () => {
    const hash =
      '#/compare?against=params&scale=linear&convention=timm&family=vgg,regnet&front=only&networks=vgg16+mobilenet_v1@0.5,160&layers=vgg16&per=stage&sort=-macs';
    await go(hash, async ({ page }) => {
      await counted(page);
      for (const name of ['Parameters', 'Linear', 'Only these']) {
        expect(await page.getByRole('radio', { name, exact: true }).isChecked()).toBe(true);
      }
      expect(await page.getByRole('combobox', { name: 'Counted as' }).inputValue()).toBe('timm');
      expect(await page.getByRole('button', { name: /^vgg/ }).getAttribute('aria-pressed')).toBe('true');
      const models = rowsOfTable(page, 'Chosen networks').locator('th');
      await expect.poll(() => models.allTextContents()).toEqual(['vgg16', 'mobilenet_v1@0.5,160']);
      expect(await page.getByRole('combobox', { name: 'A bar is' }).inputValue()).toBe('stage');
      const shown = published.filter(({ family }) => family === 'vgg' || family === 'regnet');
      const front = paretoFront(
        shown,
        ({ params }) => params,
        ({ accuracy }) => accuracy!.top1,
      );
      await page.getByText(`${front.length} of`).waitFor();
    });
  });

  it('goes back over what was chosen', async () => {
    await go('#/compare', async ({ page }) => {
      await counted(page);
      await page.getByRole('radio', { name: 'Memory' }).check({ force: true });
      await page.getByRole('button', { name: /^resnet \d/ }).click();
      expect(page.url()).toContain('against=memory&family=resnet');
      const resnets = published.filter(({ family }) => family === 'resnet').length;
      await page
        .getByText(`${resnets} of ${zoo.filter(({ family }) => family === 'resnet').length} networks`)
        .waitFor();
      await page.goBack();
      await page.getByText(`${published.length} of ${zoo.length} networks`).waitFor();
      await page.goBack();
      expect(await page.getByRole('radio', { name: 'MACs', exact: true }).isChecked()).toBe(true);
    });
  });

  it('can be used by keyboard: from point to point, into the table and out of it', async () => {
    await go('#/compare?networks=none', async ({ page }) => {
      await counted(page);
      const [cheapest, second] = published.toSorted((a, b) => a.macs - b.macs);
      const chart = page.getByRole('application');
      await chart.focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await expect.poll(() => page.locator('[aria-live=polite]').last().textContent()).toContain(second!.model);
      await page.keyboard.press('Home');
      await page.keyboard.press('Enter');
      const rows = rowsOfTable(page, 'Chosen networks');
      await expect.poll(() => rows.locator('th').allTextContents()).toEqual([cheapest!.model]);
      await page.keyboard.press('Enter');
      await page.getByText('None is chosen').waitFor();
    });
  });

  it('shows a card where the pointer is, and a click chooses', async () => {
    await go('#/compare?networks=none&family=alexnet', async ({ page }) => {
      await counted(page);
      const point = page.locator('[role=application] svg [aria-roledescription=point]').first();
      await point.scrollIntoViewIfNeeded();
      const box = (await point.boundingBox())!;
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
      await page.locator('[role=application] .card', { hasText: 'alexnet' }).waitFor();
      await page.mouse.down();
      await page.mouse.up();
      await expect.poll(() => page.url()).toContain('networks=alexnet');
    });
  });

  it('sorts the table, links to the other pages and removes', async () => {
    await go('#/compare', async ({ page }) => {
      await counted(page);
      const rows = rowsOfTable(page, 'Chosen networks');
      const names = () => rows.locator('th').allTextContents();
      await expect.poll(names).toEqual(['resnet50', 'mobilenet_v2', 'efficientnet_b0']);
      const header = page
        .getByRole('region', { name: 'Chosen networks', exact: true })
        .getByRole('columnheader', { name: 'MACs' });
      await header.getByRole('button').click();
      await expect.poll(names).toEqual(['mobilenet_v2', 'efficientnet_b0', 'resnet50']);
      expect(await header.getAttribute('aria-sort')).toBe('ascending');
      await header.getByRole('button').click();
      await expect.poll(names).toEqual(['resnet50', 'efficientnet_b0', 'mobilenet_v2']);
      const link = page.getByRole('link', { name: 'Look inside resnet50' });
      expect(await link.getAttribute('href')).toBe('#/inside?a=torchvision/resnet50.imagenet1k_v2');
      await page.getByRole('button', { name: 'Remove resnet50' }).click();
      await expect.poll(names).toEqual(['efficientnet_b0', 'mobilenet_v2']);
      await page.getByRole('combobox', { name: 'Add a network' }).selectOption('vgg16');
      await expect.poll(names).toContain('vgg16');
    });
  });

  it('says what is wrong with a network that there is not, and lets it be removed', async () => {
    await go('#/compare?networks=resnet18+resnet51', async ({ page }) => {
      await counted(page);
      await page.getByRole('alert').waitFor();
      await page.getByRole('button', { name: 'Remove resnet51' }).click();
      await page.getByRole('alert').waitFor({ state: 'hidden' });
      expect(page.url()).toContain('networks=resnet18');
    });
  });

  it('explains the conventions with the numbers of each', async () => {
    await go('#/compare?explore=mobilenet_v2', async ({ page }) => {
      await counted(page);
      const cards = page.locator('[data-convention]');
      await expect.poll(() => cards.count()).toBe(conventionNames.length);
      const graph = buildModel('mobilenet_v2');
      const shown = await cards.evaluateAll((all) =>
        all.map((card) => [
          card.getAttribute('data-convention'),
          Number(card.querySelector('[data-macs]')?.getAttribute('data-macs')),
          Number(card.querySelector('[data-params]')?.getAttribute('data-params')),
        ]),
      );
      const expected = conventionNames.map((convention) => {
        const { macs, params } = analyse(graph, { convention }).total;
        return [convention, macs, params];
      });
      expect(shown).toEqual(expected);
      await page.getByRole('button', { name: 'Count this way: fvcore' }).click();
      const { macs } = analyse(graph, { convention: 'fvcore' }).total;
      await expect.poll(async () => (await explored(page))['macs']).toBe(macs);
    });
  });

  it('charts a network layer by layer, as the command line does', async () => {
    await go('#/compare?layers=mobilenet_v2', async (visit) => {
      await counted(visit.page);
      await visit.page
        .getByRole('img', { name: /rows of mobilenet_v2/ })
        .locator('svg')
        .waitFor();
      const { name, bytes } = await saved(visit, 'Layer by layer', 'CSV');
      expect(name).toBe('convzoo-layers-mobilenet_v2.csv');
      const graph = buildModel('mobilenet_v2');
      const during = new Map(inferenceMemory(graph).during.map((each) => [each.path, each.bytes]));
      const expected = analyse(graph)
        .rows.filter(({ macs, params }) => macs! > 0 || params > 0)
        .map(({ path, kind, macs, params, activations }) => ({
          layer: path,
          kind,
          macs: String(macs),
          params: String(params),
          activations: String(activations),
          memory_bytes: String(during.get(path)),
        }));
      expect(parseCsv(bytes)).toEqual(expected);
      await visit.page.getByRole('combobox', { name: 'A bar is' }).selectOption('kind');
      await visit.page.getByRole('img', { name: /^Bar chart: \d rows of mobilenet_v2/ }).waitFor();
    });
  });

  it('saves charts as SVG that parses and PNG that has them', async () => {
    await go('#/compare?against=params&networks=resnet50', async (visit) => {
      const { page } = visit;
      await counted(page);
      const svg = await saved(visit, 'Accuracy against cost', 'SVG');
      expect(svg.name).toBe('convzoo-accuracy-params.svg');
      const read = await page.evaluate((text) => {
        const document = new DOMParser().parseFromString(text, 'image/svg+xml');
        return {
          root: document.documentElement.tagName,
          points: document.querySelectorAll('[aria-roledescription=point]').length,
          texts: [...document.querySelectorAll('text')].map((each) => each.textContent),
        };
      }, svg.bytes.toString('utf8'));
      expect(read.root).toBe('svg');
      // The chosen one has a ring.
      expect(read.points).toBe(published.length + 1);
      expect(read.texts).toContain('Accuracy against parameters');
      expect(read.texts).toContain('resnet50');
      expect(read.texts).toContain('efficientnet');

      const png = await saved(visit, 'Accuracy against cost', 'PNG');
      expect(png.name).toBe('convzoo-accuracy-params.png');
      const image = await decode(png.bytes);
      // Twice the plot, and its axes and legend.
      expect(image.width).toBeGreaterThan(2 * 720);
      expect(image.height).toBeGreaterThan(2 * 460);
      const colours = new Set<number>();
      for (let at = 0; at < image.data.length; at += 3 * 97) {
        colours.add((image.data[at]! << 16) | (image.data[at + 1]! << 8) | image.data[at + 2]!);
      }
      expect(colours.size).toBeGreaterThan(20);

      const csv = parseCsv((await saved(visit, 'Accuracy against cost', 'CSV')).bytes);
      expect(csv.map(({ model }) => model).toSorted()).toEqual(published.map(({ model }) => model).toSorted());

      const layers = await saved(visit, 'Layer by layer', 'PNG');
      expect(layers.name).toBe('convzoo-layers-resnet50.png');
      expect((await decode(layers.bytes)).height).toBeGreaterThan(1000);
    });
  });

  it('is the chart of the command line: every point and the front lie where they do in Node', async () => {
    const points = published.map((row) => ({ ...row, top1: row.accuracy!.top1, source: row.accuracy!.source }));
    const drawn = (svg: string) =>
      [...svg.matchAll(/aria-roledescription="(?:point" transform|line mark" d)="([^"]*)"/g)].map(([, at]) => at);
    const inNodeDrawn = drawn(await renderSvg(accuracyChart(points)));
    expect(inNodeDrawn.length).toBeGreaterThanOrEqual(published.length);
    await go('#/compare?networks=none', async (visit) => {
      await counted(visit.page);
      const { bytes } = await saved(visit, 'Accuracy against cost', 'SVG');
      expect(drawn(bytes.toString('utf8'))).toEqual(inNodeDrawn);
    });
  });

  it('draws the chart anew in the colours of the page', async () => {
    await site.visit('#/compare', async ({ page }) => {
      await counted(page);
      const title = page.locator('[role=application] svg text', { hasText: 'Accuracy against' });
      await expect.poll(() => title.getAttribute('fill')).toBe(chartInk.light.text);
      await page.getByRole('combobox', { name: 'Colours' }).selectOption('dark');
      await expect.poll(() => title.getAttribute('fill')).toBe(chartInk.dark.text);
      await page.getByRole('combobox', { name: 'Language' }).selectOption('ko');
      await page.locator('[role=application] svg text', { hasText: '정확도와 곱셈-누산' }).waitFor();
    });
  });
});
