import { existsSync } from 'node:fs';

/** Where distributions and installers put Chromium and Chrome. */
const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * The Chromium that browser tests run in: CONVZOO_CHROMIUM, else one of the system, else Playwright's own.
 *
 * @returns {Promise<string | undefined>} its path
 */
export async function findChromium() {
  const named = process.env['CONVZOO_CHROMIUM'];
  if (named !== undefined && named !== '') return existsSync(named) ? named : undefined;
  const found = usual.find((path) => existsSync(path));
  if (found !== undefined) return found;
  try {
    const { chromium } = await import('playwright');
    return existsSync(chromium.executablePath()) ? chromium.executablePath() : undefined;
  } catch {
    return undefined; // Not installed: an install without development dependencies.
  }
}
