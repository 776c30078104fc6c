#!/usr/bin/env node
// Photographs every view of e2e/views.mjs at three widths, light and dark, of the built page:
//   npm run screenshots [-- NAMES]   into node_modules/.convzoo/screenshots
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serve } from '../serve/server.mjs';
import { executablePath, launch, NO_CHROMIUM } from './support/chromium.mjs';
import { views } from './views.mjs';

const widths = [390, 1024, 1600];
const schemes = /** @type {const} */ (['light', 'dark']);

const names = process.argv.slice(2);
const wanted = views.filter(({ name }) => names.length === 0 || names.includes(name));
const output = fileURLToPath(new URL('../../../node_modules/.convzoo/screenshots/', import.meta.url));
const folder = process.env['CONVZOO_DIST'] ?? fileURLToPath(new URL('../dist', import.meta.url));

if (executablePath === undefined) {
  process.stderr.write(`${NO_CHROMIUM}\n`);
  process.exit(1);
}
mkdirSync(output, { recursive: true });
const site = await serve({ folder });
const browser = await launch();
for (const { name, hash, ready, locale = 'en', act } of wanted) {
  for (const width of widths) {
    for (const colorScheme of schemes) {
      const context = await browser.newContext({ locale, colorScheme, viewport: { width, height: 900 } });
      const page = await context.newPage();
      await page.goto(site.url + hash);
      await page.locator(ready).first().waitFor();
      await act?.(page);
      // Bars and fades come to rest.
      await page.waitForTimeout(400);
      const path = `${output}${name}-${width}-${colorScheme}.png`;
      await page.screenshot({ path, fullPage: true });
      process.stdout.write(`${path}\n`);
      await context.close();
    }
  }
}
await browser.close();
await site.close();
