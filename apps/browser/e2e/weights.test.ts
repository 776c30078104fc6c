import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { encodeWeights, type NamedTensor, writeSafetensors, writeTfjs } from '@convzoo/weights';
import { findPretrained } from '@convzoo/zoo/pretrained';
import type { BrowserContext } from 'playwright';
import { beforeAll, describe, expect, it } from 'vitest';
import { answerOf, factsOf, type GivenFile, give } from './support/classify.js';
import { embeddedNetwork, embeddedWeights, type NodeNetwork } from './support/node.js';
import { stateDict } from './support/pytorch.js';
import { noChromium, useSite } from './support/site.js';

const h5 = fileURLToPath(new URL('../../../../shared/weights/keras/mlperf_resnet8_cifar10.h5', import.meta.url));
const mobilenet = fileURLToPath(new URL('../../../../shared/weights/keras/mobilenet_v1_0.25_224.h5', import.meta.url));
const kerasModel = fileURLToPath(new URL('../../../fixtures/keras-import/files/plain-keras2/', import.meta.url));

const given = (name: string, bytes: Uint8Array): GivenFile => ({
  name,
  type: '',
  base64: Buffer.from(bytes).toString('base64'),
});

describe.skipIf(noChromium)('weights of the user', () => {
  const site = useSite();
  const go = site.shared();
  let network: NodeNetwork;
  let tensors: readonly NamedTensor[];
  beforeAll(async () => {
    network = await embeddedNetwork();
    tensors = encodeWeights(network.graph, network.params);
  });

  it.each([
    ['safetensors', () => [given('mine.safetensors', writeSafetensors(tensors))]],
    ['PyTorch', () => [given('mine.pth', stateDict(tensors))]],
    ['TensorFlow.js', () => [...writeTfjs(tensors)].map(([name, bytes]) => given(name, bytes))],
  ])('are taken as %s, and answer as the same weights of ours', async (_, files) => {
    await go('#/classify', async ({ page }) => {
      const ours = await answerOf(page);
      await give(page, 'drop', files());
      await page.getByText('resnet20-cifar10', { exact: true }).waitFor();
      const theirs = await answerOf(page);
      expect(theirs.map(({ index }) => index)).toEqual(ours.map(({ index }) => index));
      theirs.forEach(({ probability }, i) => {
        expect(Math.abs(probability - (ours[i]?.probability ?? 2))).toBeLessThan(1e-6);
      });
    });
  });

  it('are taken as Keras h5', async (context) => {
    if (!existsSync(h5)) context.skip('../shared is missing');
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      await give(page, 'drop', [given('mlperf.h5', await readFile(h5))]);
      await page.getByText('resnet8-cifar10', { exact: true }).waitFor();
      expect(await answerOf(page)).toHaveLength(5);
      expect(await factsOf(page)).toContain('Preprocessing: cifar10-raw');
    });
  });

  it('are taken as a whole model of Keras, with its own architecture', async () => {
    const files = await Promise.all(
      ['model.json', 'group1-shard1of1.bin'].map(async (name) => given(name, await readFile(`${kerasModel}${name}`))),
    );
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      await give(page, 'drop', files);
      await page.getByText('is assumed').waitFor();
      expect((await answerOf(page)).length).toBeGreaterThan(1);
    });
  });

  it('say what is wrong where they are of no network', async () => {
    const odd = fileURLToPath(new URL('../../../packages/weights/test/fixtures/checkpoint.zip.pt', import.meta.url));
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      await give(page, 'drop', [given('odd.pt', await readFile(odd))]);
      const alert = page.getByRole('alert');
      await alert.waitFor();
      expect(await alert.textContent()).toMatch(/fit no network that is known here.*\(no-fitting-network\)/s);
    });
  });

  it('are never run: a pickle that would is refused', async () => {
    const evil = fileURLToPath(new URL('../../../packages/weights/test/fixtures/evil.zip.pt', import.meta.url));
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      await give(page, 'drop', [given('evil.pt', await readFile(evil))]);
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('It would run code');
    });
  });

  it('ask for the missing part of a model of several files', async () => {
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      const [model] = [...writeTfjs(tensors)].filter(([name]) => name === 'model.json');
      await give(page, 'drop', [given('model.json', model?.[1] ?? new Uint8Array())]);
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain(
        'Drop model.json and all of its .bin files together',
      );
    });
  });

  it('are asked for again where an address names a file', async () => {
    await site.visit('#/classify?a=file:mine.pth', async ({ page }) => {
      await page.getByRole('alert').waitFor();
      expect(await page.getByRole('alert').textContent()).toContain('drop it here again');
    });
  });

  it('are taken by the picker, beside ours', async () => {
    await go('#/classify?b=embedded', async ({ page }) => {
      await answerOf(page, 1);
      await page
        .locator('input[type=file][aria-label="Weights from a file ..."]')
        .nth(1)
        .setInputFiles(embeddedWeights);
      await page.getByText('resnet20-cifar10', { exact: true }).waitFor();
      expect(await answerOf(page, 1)).toHaveLength(5);
    });
  });
});

describe.skipIf(noChromium)('published weights', () => {
  const site = useSite();

  it('are searched, downloaded from their host, checked, kept, and used', async (context) => {
    // Keras publishes exactly this file; its host is played.
    const entry = findPretrained('keras/mobilenet_v1@0.25,224');
    if (!existsSync(mobilenet) || entry === undefined) context.skip('../shared is missing');
    let asked = 0;
    const prepare = async (visitor: BrowserContext) =>
      void (await visitor.route('https://storage.googleapis.com/**', async (route) => {
        asked++;
        await route.fulfill({
          body: await readFile(mobilenet),
          headers: { 'Access-Control-Allow-Origin': '*', 'Content-Type': 'application/octet-stream' },
        });
      }));
    await site.visit(
      '',
      async ({ page }) => {
        await answerOf(page);
        await page.getByRole('combobox', { name: 'Network' }).selectOption({ label: 'Published weights ...' });
        await page.getByRole('searchbox').fill('keras mobilenet_v1 0.25');
        await page.getByRole('button', { name: `Download and use: ${entry?.name}`, exact: true }).click();
        await expect.poll(() => factsOf(page), { timeout: 30_000 }).toContain('Preprocessing: imagenet-tf-inception');
        expect(page.url()).toContain('a=keras/');
        expect(asked).toBe(1);
        // Another visit of the same browser asks nobody.
        await page.reload();
        await answerOf(page);
        expect(await factsOf(page)).toContain('224×224×3');
        expect(asked).toBe(1);
      },
      { prepare, expected: /^elsewhere: https:\/\/storage\.googleapis\.com/ },
    );
  });

  it('say what to do where their host does not answer', async () => {
    const prepare = async (visitor: BrowserContext) =>
      void (await visitor.route('https://huggingface.co/**', (route) => route.abort()));
    await site.visit(
      '#/classify?a=timm/resnet18.a1_in1k',
      async ({ page }) => {
        await page.getByRole('alert').waitFor({ timeout: 50_000 });
        expect(await page.getByRole('alert').textContent()).toContain('download the file yourself and drop it here');
      },
      { prepare, expected: /huggingface\.co|ERR_FAILED/ },
    );
  });
});
