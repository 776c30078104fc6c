import type { Locator, Page } from 'playwright';

/** The box of the picture that gives a layer's result, once it is there. */
export const boxFor = (page: Page, layer: string): Locator => page.locator(`[data-layer="${layer}"]`);

/** Waits until the facts of a layer are shown; the texts of its list, by their heading. */
export async function factsFor(page: Page, layer: string): Promise<Readonly<Record<string, string>>> {
  const list = page.locator(`dl[data-facts="${layer}"]`);
  await list.waitFor();
  const rows = await list.locator('> div').all();
  const entries = await Promise.all(
    rows.map(async (row) => {
      const value = (await row.locator('dd').textContent()) ?? '';
      return [(await row.locator('dt').textContent()) ?? '', value.replace(/\s+/g, ' ').trim()] as const;
    }),
  );
  return Object.fromEntries(entries);
}

/** The numbers of a Grad-CAM map, once it is there and nothing is computed any more. */
export async function camOf(page: Page): Promise<readonly number[]> {
  const view = page.locator('[data-view="cam"][aria-busy="false"][data-values]');
  await view.waitFor();
  return ((await view.getAttribute('data-values')) ?? '').split(' ').map(Number);
}

/** Waits until the maps of a layer are shown; the mean of each channel. */
export async function channelsOf(page: Page, layer: string): Promise<ReadonlyMap<number, number>> {
  await page.locator(`[data-look="${layer}"][aria-busy="false"] [data-channel]`).first().waitFor();
  const pairs = await page
    .locator('[data-channel]')
    .evaluateAll((all) => all.map((each) => [each.getAttribute('data-channel'), each.getAttribute('data-mean')]));
  return new Map(pairs.map(([channel, mean]) => [Number(channel), Number(mean)]));
}

/** How large the picture of the architecture is drawn. */
export const zoomOf = async (page: Page): Promise<number> =>
  Number(await page.locator('[data-zoom]').getAttribute('data-zoom'));
