import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { cpuBackend } from '@convzoo/backend-tfjs/cpu';
import { engineBackend } from '@convzoo/engine';
import {
  defaultMapLayer,
  featureMaps,
  type GradientOf,
  gradCam,
  occlusion,
  usualPatch,
  withGradientTap,
} from '@convzoo/interpret';
import { float32Tensor } from '@convzoo/layers';
import { decode, greyOf, preprocess } from '@convzoo/preprocessing';
import { probabilitiesOf } from '@convzoo/runtime';
import { outputGradient } from '@convzoo/training';
import { encodeWeights, writeSafetensors } from '@convzoo/weights';
import { findPretrained } from '@convzoo/zoo/pretrained';
import type { BrowserContext } from 'playwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { give } from './support/classify.js';
import { camOf, channelsOf, factsFor } from './support/inside.js';
import { embeddedNetwork, type NodeNetwork, samplePath } from './support/node.js';
import { NO_CHROMIUM, noChromium, useSite } from './support/site.js';

if (noChromium) process.stderr.write(`skipped: ${NO_CHROMIUM}\n`);

const TOLERANCE = 1e-4;
const SHIP = 8;
const mobilenet = fileURLToPath(new URL('../../../../shared/weights/keras/mobilenet_v1_0.25_224.h5', import.meta.url));
const kerasModel = fileURLToPath(new URL('../../../fixtures/keras-import/files/plain-keras2/', import.meta.url));

/** The difference that is largest; more where there are not as many numbers. */
const farthest = (shown: readonly number[], expected: ArrayLike<number>): number =>
  shown.length === expected.length
    ? shown.reduce((most, value, i) => Math.max(most, Math.abs(value - (expected[i] ?? Number.NaN))), 0)
    : Number.POSITIVE_INFINITY;

describe.skipIf(noChromium)('what the page shows is what Node computes', () => {
  const site = useSite();
  const go = site.shared();
  let network: NodeNetwork;
  beforeAll(async () => {
    network = await embeddedNetwork();
  });

  async function inputOf(name: string) {
    const { data, shape } = preprocess(await decode(await readFile(samplePath(name))), network.preset);
    return float32Tensor([1, ...shape], data);
  }

  /** Grad-CAM by the packages that the command line uses. */
  async function camInNode(name: string, layer: string, classIndex: number) {
    const { graph, params } = network;
    const input = await inputOf(name);
    await using backend = await engineBackend();
    await using session = await backend.prepare(graph, params, { taps: [layer] });
    const differentiating = await cpuBackend();
    const gradientOf: GradientOf = (path, outputIndex) => {
      const tap = withGradientTap(graph, params, path);
      const { graph: tapped, params: values, path: param } = tap;
      return outputGradient({ backend: differentiating, graph: tapped, params: values, input, outputIndex, param });
    };
    return await gradCam({ session, input, graph, params, layer, classIndex, gradientOf });
  }

  it.each([
    ['one thread', 'threads=1', 'engine 1'],
    ['two threads', 'threads=2', 'engine 2'],
    ['tfjs-wasm', 'backend=wasm', 'wasm 1'],
    ['webgl', 'backend=webgl', 'webgl 1'],
  ])('Grad-CAM at the last map, on %s', async (_, backend, computed) => {
    const layer = defaultMapLayer(network.graph).path;
    await go(`#/inside?${backend}`, async ({ page }) => {
      const shown = await camOf(page);
      await page.locator(`[data-backend="${computed}"]`).waitFor();
      const { map, gradient } = await camInNode('nagasaki-boats', layer, SHIP);
      expect(gradient).toBe('closed-form');
      expect(Math.max(...map.values)).toBeGreaterThan(0.01);
      expect(farthest(shown, map.values)).toBeLessThan(TOLERANCE);
    });
  });

  it('Grad-CAM at a layer in the middle, by a backward pass that is computed when it is asked for', async () => {
    await site.visit('#/inside?layer=layer2.1.relu_1&picture=airplane&class=0', async ({ page, context }) => {
      const fetched: string[] = [];
      context.on('request', (request) => fetched.push(request.url()));
      await page.getByText('Grad-CAM needs a backward pass').waitFor();
      expect(fetched.filter((url) => url.includes('/optional/'))).toEqual([]);
      await page.getByRole('button', { name: 'Compute the backward pass' }).click();
      const shown = await camOf(page);
      expect(fetched.some((url) => url.includes('/optional/'))).toBe(true);
      const { map, gradient } = await camInNode('airplane-from-above', 'layer2.1.relu_1', 0);
      expect(gradient).toBe('backward');
      expect(farthest(shown, map.values)).toBeLessThan(TOLERANCE);
    });
  });

  it.each([
    ['the engine', ''],
    ['tfjs-wasm', '&backend=wasm'],
  ])('occlusion, on %s', async (_, backend) => {
    await go(`#/inside?show=occlusion&picture=cat${backend}`, async ({ page }) => {
      const view = page.locator('[data-view="occlusion"][aria-busy="false"][data-drop]');
      await view.waitFor();
      const input = await inputOf('locomotion-house-cat');
      await using engine = await engineBackend();
      await using session = await engine.prepare(network.graph, network.params);
      const whole = probabilitiesOf((await session.run(input)).output.data, 'logits');
      const best = whole.indexOf(Math.max(...whole));
      const { drops } = await occlusion({
        session,
        input,
        ...usualPatch({ height: 32, width: 32 }),
        fill: greyOf(network.preset),
        score: (outputs) => probabilitiesOf(outputs, 'logits')[best] ?? 0,
      });
      expect(Number(await view.getAttribute('data-places'))).toBe(drops.values.length);
      const largest = Math.max(...drops.values);
      expect(largest).toBeGreaterThan(0.01);
      expect(Math.abs(Number(await view.getAttribute('data-drop')) - largest)).toBeLessThan(TOLERANCE);
    });
  });

  it('feature maps: the same channels with the same means', async () => {
    await go('#/inside?layer=layer3.0.conv1', async ({ page }) => {
      const shown = await channelsOf(page, 'layer3.0.conv1');
      await using backend = await engineBackend();
      await using session = await backend.prepare(network.graph, network.params, { taps: ['layer3.0.conv1'] });
      const { taps } = await session.run(await inputOf('nagasaki-boats'));
      const tapped = taps['layer3.0.conv1'];
      if (tapped === undefined) throw new Error('the tap is missing');
      const expected = featureMaps(tapped, { most: 64 });
      expect([...shown.keys()].sort((a, b) => a - b)).toEqual(
        expected.map(({ channel }) => channel).sort((a, b) => a - b),
      );
      for (const { channel, mean } of expected)
        expect(Math.abs((shown.get(channel) ?? 9) - mean)).toBeLessThan(TOLERANCE);
    });
  });

  it('filters: the kernels of the file, in colour where they read the picture', async () => {
    await go('#/inside?layer=conv1&look=kernels', async ({ page }) => {
      const sheet = page.locator('[data-kernels="conv1"] canvas');
      await sheet.waitFor();
      expect(await page.locator('[data-look]').textContent()).toContain('16 of 16 kernels of 3×3, in colour');
      const first = await sheet.evaluate((canvas) => {
        const context = (canvas as HTMLCanvasElement).getContext('2d');
        return [...(context?.getImageData(1, 1, 1, 1).data ?? [])].slice(0, 3);
      });
      const kernel = network.params.get('conv1.weight');
      if (kernel === undefined) throw new Error('the kernel is missing');
      // The first output channel's three numbers at the first place, of the largest of its 27.
      const own = Array.from({ length: 27 }, (_, i) => kernel.data[i * 16] ?? 0);
      const most = Math.max(...own.map(Math.abs));
      expect(first).toEqual(own.slice(0, 3).map((value) => Math.round(127.5 + (127.5 * value) / most)));
    });
  });

  it('a file of the user’s, as the same weights of ours', async () => {
    const bytes = writeSafetensors(encodeWeights(network.graph, network.params));
    await site.visit('#/inside', async ({ page }) => {
      const ours = await camOf(page);
      const file = { name: 'mine.safetensors', type: '', base64: Buffer.from(bytes).toString('base64') };
      await give(page, 'drop', [file]);
      await page.getByText('resnet20-cifar10', { exact: true }).waitFor();
      expect(farthest(await camOf(page), ours)).toBeLessThan(1e-6);
      expect(page.url()).toContain('a=file:mine.safetensors');
      await page.reload();
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('drop it here again');
    });
  });

  it('a model of Keras’s with its own architecture', async () => {
    const names = ['model.json', 'group1-shard1of1.bin'];
    const files = await Promise.all(
      names.map(async (name) => ({
        name,
        type: '',
        base64: (await readFile(`${kerasModel}${name}`)).toString('base64'),
      })),
    );
    await site.visit('#/inside?show=none', async ({ page }) => {
      await page.locator('[data-weights="there"]').waitFor();
      await give(page, 'drop', files);
      await page.locator('[data-weights="there"]').waitFor();
      expect(page.url()).toContain('a=file:model.json');
      expect(await page.locator('[data-box]').count()).toBeGreaterThan(3);
    });
  });

  it('published weights: the architecture at once, the rest when they are there', async (context) => {
    const entry = findPretrained('keras/mobilenet_v1@0.25,224');
    if (!existsSync(mobilenet) || entry === undefined) context.skip('../shared is missing');
    let release = (): void => {};
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    const prepare = async (visitor: BrowserContext) =>
      void (await visitor.route('https://storage.googleapis.com/**', async (route) => {
        await waiting;
        await route.fulfill({
          body: await readFile(mobilenet),
          headers: { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'application/octet-stream' },
        });
      }));
    await site.visit(
      `#/inside?a=${entry?.name}&layer=conv_stem`,
      async ({ page }) => {
        expect((await factsFor(page, 'conv_stem'))['Output']).toContain('112×112×8');
        expect(await page.locator('[data-channel]').count()).toBe(0);
        release();
        expect((await channelsOf(page, 'conv_stem')).size).toBe(8);
      },
      { prepare, expected: /^elsewhere: https:\/\/storage\.googleapis\.com/ },
    );
  });
});

describe.skipIf(noChromium)('occlusion', () => {
  const site = useSite();

  it('tells how far it is, is given up at once, and starts again', async () => {
    // Plain JavaScript takes a second or more for each batch.
    await site.visit('#/inside?show=occlusion&backend=cpu', async ({ page }) => {
      const progress = page.getByRole('progressbar', { name: 'Hiding one place after the other' });
      await page.getByText(/^(8|16|24) of 225 places$/).waitFor();
      expect(Number(await progress.getAttribute('value'))).toBeGreaterThan(0);
      await page.getByRole('button', { name: 'Cancel' }).click();
      await page.getByText('Occlusion was stopped.').waitFor();
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByText(/^(8|16|24) of 225 places$/).waitFor();
      await page.getByRole('button', { name: 'Cancel' }).click();
      // The worker is free for others, long before it would have been done.
      const start = Date.now();
      await page.evaluate(() => {
        location.hash = '#/inside?show=none&backend=cpu&layer=layer1.0.conv1';
      });
      await channelsOf(page, 'layer1.0.conv1');
      expect(Date.now() - start).toBeLessThan(20_000);
      await page.goBack();
      await page.getByText(/of 225 places$/).waitFor();
    });
  });
});
