import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright';
import type { Visit } from './site.js';

/** Waits until every network of the zoo is counted and the chart is drawn. */
export async function counted(page: Page): Promise<void> {
  // A second or so; much more where other work has the processors.
  const timeout = 120_000;
  await page.locator('[aria-busy=false] [role=application] svg').waitFor({ timeout });
  await page.getByRole('status').filter({ hasText: 'on the chart' }).waitFor({ timeout });
}

/** What a button saves: the file's name and its bytes. */
export async function saved(
  { page }: Visit,
  panel: string,
  format: 'SVG' | 'PNG' | 'CSV',
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: `${format}, Save: ${panel}`, exact: true }).click();
  const file = await download;
  return { name: file.suggestedFilename(), bytes: await readFile(await file.path()) };
}

/** Rows of a CSV file by the names of its columns (RFC 4180, without line breaks in cells). */
export function parseCsv(bytes: Buffer): readonly Readonly<Record<string, string>>[] {
  const [head = [], ...rows] = bytes.toString('utf8').trimEnd().split('\n').map(cellsOf);
  return rows.map((cells) => Object.fromEntries(head.map((name, column) => [name, cells[column] ?? ''])));
}

const cellsOf = (line: string): string[] =>
  [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain = '']) =>
    quoted === undefined ? plain : quoted.replaceAll('""', '"'),
  );

/** Moves a slider to a value as a drag does, step by step. */
export async function drag(page: Page, name: string, values: readonly number[]): Promise<void> {
  const slider = page.getByRole('slider', { name });
  for (const value of values) await slider.fill(String(value));
}

/** The exact numbers beside the sliders. */
export async function explored(page: Page): Promise<Readonly<Record<string, string | number>>> {
  return page.locator('[data-model]:has([data-field])').evaluate((result) => ({
    model: result.getAttribute('data-model') ?? '',
    ...Object.fromEntries(
      [...result.querySelectorAll('[data-field]')].map((each) => [
        each.getAttribute('data-field') ?? '',
        Number(each.getAttribute('data-value')),
      ]),
    ),
  }));
}
