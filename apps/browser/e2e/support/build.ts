import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Locator, Page } from 'playwright';

/** What the page counts, exactly. */
export interface Figures {
  readonly params: number;
  readonly macs: number;
}

const cost = (page: Page): Locator => page.getByRole('region', { name: 'What it costs' });

/** The figures, once nothing is counted any more. */
export async function figuresOf(page: Page): Promise<Figures> {
  await cost(page).locator('[aria-busy=false] [data-exact]').first().waitFor();
  const [params = '', macs = ''] = await cost(page)
    .locator('[data-exact]')
    .evaluateAll((all) => all.map((each) => each.getAttribute('data-exact') ?? ''));
  return { params: Number(params), macs: Number(macs) };
}

/** The rows of the blocks, each without the signs around it. */
export const rowsOf = (page: Page): Promise<readonly string[]> =>
  page
    .locator('[data-block]')
    .evaluateAll((rows) => rows.map((row) => (row.textContent ?? '').replace('⠿', '').replace(/\s+/g, ' ').trim()));

export const row = (page: Page, name: string): Locator => page.locator('[data-block]', { hasText: name });

/** Puts another text into the editor, as someone who pastes it. */
export async function write(page: Page, text: string): Promise<void> {
  const content = page.locator('.cm-content');
  await content.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(text);
}

/** Saves what a button gives, under the name that the page gives it. */
export async function save(page: Page, button: string, folder: string): Promise<string> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).click(),
  ]);
  const path = join(folder, download.suggestedFilename());
  await download.saveAs(path);
  return path;
}

const cli = fileURLToPath(new URL('../../../node/dist/main.js', import.meta.url));

/** What the built command line counts of a file. */
export async function figuresOfCommand(path: string): Promise<Figures> {
  const { stdout } = await promisify(execFile)(process.execPath, [cli, 'cost', path, '--json'], { maxBuffer: 1 << 26 });
  const { total } = JSON.parse(stdout) as { total: Figures };
  return { params: total.params, macs: total.macs };
}

/** A folder outside of the workspace, where no package is found but by the command line itself. */
export async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'convzoo-build-'));
  try {
    await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The command line is a process for each file, on a machine that may be busy: milliseconds for a test. */
export const PATIENCE = 180_000;

export const RESNET_18: Figures = { params: 11_689_512, macs: 1_814_073_344 };

/** A network in TypeScript that no blocks make. */
export const NET = `import { Builder, type Graph } from '@convzoo/layers';

interface Options { readonly classes: number }

export default function net({ classes }: Options = { classes: 7 }): Graph {
  const nn = new Builder('typed');
  const x = nn.conv2d(nn.input([16, 16, 3]), { out: 8, kernel: 3 });
  return nn.graph(nn.dense(nn.globalAvgPool(x), { units: classes }));
}
`;
export const NET_FIGURES: Figures = { params: 27 * 8 + 8 * 7 + 7, macs: 256 * 27 * 8 + 56 };

/** What the address says, readable. */
export const address = (page: Page): string => decodeURIComponent(page.url().split('#')[1] ?? '');

/** The list of mistakes under the editor. */
export const problems = (page: Page): Locator => page.getByRole('region', { name: 'Mistakes' });
