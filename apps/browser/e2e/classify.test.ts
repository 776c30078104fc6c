import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { answerOf, factsOf, give, type ShownGuess, shows } from './support/classify.js';
import { embeddedNetwork, type NodeNetwork, probabilitiesInNode, samplePath } from './support/node.js';
import { NO_CHROMIUM, noChromium, useSite } from './support/site.js';

if (noChromium) process.stderr.write(`skipped: ${NO_CHROMIUM}\n`);

const TOLERANCE = 1e-4;
const SHIP = 8;

describe.skipIf(noChromium)('classify', () => {
  const site = useSite();
  // A picture and backends that were loaded stay over an address: every test begins with a picture of its own.
  const go = site.shared();
  let network: NodeNetwork;
  beforeAll(async () => {
    network = await embeddedNetwork();
  });

  async function expectNodes(shown: readonly ShownGuess[], file: string): Promise<void> {
    const expected = await probabilitiesInNode(await readFile(file), network);
    expect(shown.length).toBe(5);
    for (const { index, probability } of shown)
      expect(Math.abs(probability - (expected[index] ?? 2))).toBeLessThan(TOLERANCE);
    const best = expected.indexOf(Math.max(...expected));
    expect(shown[0]?.index).toBe(best);
  }

  it.each([
    ['one thread', '#/classify?threads=1', 'engine, 1 thread'],
    ['two threads', '#/classify?threads=2', 'engine, 2 threads'],
    ['what is fastest', '#/classify', 'engine'],
    ['tfjs-wasm', '#/classify?backend=wasm', 'wasm'],
    ['webgl', '#/classify?backend=webgl', 'webgl'],
    ['plain JavaScript', '#/classify?backend=cpu', 'cpu'],
  ])('shows what Node says, on %s', async (_, hash, backend) => {
    await go(hash, async ({ page }) => {
      await expectNodes(await answerOf(page), samplePath('nagasaki-boats'));
      expect(await factsOf(page)).toContain(`Backend ${backend}`);
    });
  });

  it('takes a picture by the file dialog', async () => {
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      const chooser = page.waitForEvent('filechooser');
      await page.getByRole('button', { name: 'Choose a picture' }).click();
      await (await chooser).setFiles(samplePath('airplane-from-above'));
      await shows(page, 'airplane-from-above.jpg');
      await expectNodes(await answerOf(page), samplePath('airplane-from-above'));
    });
  });

  it.each(['drop', 'paste'] as const)('takes a picture by %s', async (how) => {
    const bytes = await readFile(samplePath('locomotion-house-cat'));
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      await give(page, how, [{ name: 'cat.jpg', type: 'image/jpeg', base64: bytes.toString('base64') }]);
      await shows(page, how === 'drop' ? 'cat.jpg' : 'Pasted picture');
      await expectNodes(await answerOf(page), samplePath('locomotion-house-cat'));
    });
  });

  it('takes a photo', async () => {
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      await page.getByRole('button', { name: 'Take a photo' }).click();
      await page.getByRole('button', { name: 'Take it' }).click();
      await shows(page, 'Photo');
      expect(await answerOf(page)).toHaveLength(5);
    });
  });

  it('shows the sample that the address names, and says so in the address', async () => {
    await go('#/classify?picture=airplane&top=3', async ({ page }) => {
      expect(await answerOf(page)).toHaveLength(3);
      await page.getByRole('button', { name: 'Boats' }).click();
      await shows(page, 'Boats');
      expect(page.url()).toContain('picture=boats');
      expect((await answerOf(page))[0]?.index).toBe(SHIP);
      await page.goBack();
      await shows(page, 'An airplane from above');
    });
  });

  it('measures every backend and takes the fastest', async () => {
    await site.visit('', async ({ page }) => {
      await answerOf(page);
      await page.getByRole('button', { name: 'Measure all backends' }).click();
      const rows = page.getByRole('table').locator('tbody tr');
      await expect.poll(() => rows.count(), { timeout: 30_000 }).toBe(6);
      await expect.poll(() => factsOf(page)).toMatch(/The fastest in a trial on this network \(.*cpu: /);
    });
  });

  it('puts two networks side by side', async () => {
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      await page.getByRole('button', { name: 'Compare with a second network' }).click();
      expect(await answerOf(page, 1)).toEqual(await answerOf(page, 0));
      await page.getByRole('button', { name: 'Remove' }).click();
      await expect.poll(() => page.getByRole('heading', { name: 'Second network' }).count()).toBe(0);
    });
  });

  it('says what to do about a file that is no picture', async () => {
    // It stays the picture, so this visit is its own.
    await site.visit('', async ({ page }) => {
      await answerOf(page);
      await give(page, 'drop', [
        { name: 'x.png', type: 'image/png', base64: Buffer.from('no picture').toString('base64') },
      ]);
      const alert = page.getByRole('alert');
      await alert.waitFor();
      expect(await alert.textContent()).toMatch(/JPEG, PNG, WebP, GIF/);
    });
  });

  it('says what to do where nothing that was pasted is a picture', async () => {
    await go('#/classify', async ({ page }) => {
      await answerOf(page);
      await give(page, 'paste', []);
      expect(await page.getByRole('alert').textContent()).toContain('Copy a picture first');
    });
  });

  it('starts the computation anew after memory was freed', async () => {
    await site.visit('', async ({ page }) => {
      await answerOf(page);
      await page.getByRole('button', { name: 'Free memory' }).click();
      await page.getByRole('button', { name: 'A cat' }).click();
      await shows(page, 'A cat');
      await expectNodes(await answerOf(page), samplePath('locomotion-house-cat'));
    });
  });
});
