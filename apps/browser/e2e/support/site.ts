import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright';
import { afterAll, beforeAll, expect } from 'vitest';
import { type ServeOptions, serve } from '../../serve/server.mjs';
import { executablePath, launch } from './chromium.mjs';

export { NO_CHROMIUM } from './chromium.mjs';

/** For `describe.skipIf(noChromium)`. */
export const noChromium: boolean = executablePath === undefined;

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Where the page is, without the part after #. */
  readonly url: string;
  /** Lines of the console, errors of scripts and requests that went elsewhere or failed; a test expects none. */
  readonly problems: string[];
}

export interface VisitOptions extends BrowserContextOptions {
  /** The test opens the page by itself. */
  readonly blank?: boolean;
  /** Problems that are what the test is about. */
  readonly expected?: RegExp;
  /** Before the page is opened, e.g. to play another host. */
  readonly prepare?: (context: BrowserContext) => Promise<void>;
}

/** The built page; another build of it where the environment says so, e.g. beside someone who builds at the same time. */
const folder = process.env['CONVZOO_DIST'] ?? fileURLToPath(new URL('../../dist', import.meta.url));

/**
 * The built page on a plain static server, under a path, in one browser for all tests of a file. Every visit is a new visitor:
 * nothing is cached.
 */
export function useSite(options: Partial<ServeOptions> = {}) {
  let site: Awaited<ReturnType<typeof serve>> | undefined;
  let browser: Browser | undefined;

  beforeAll(async () => {
    if (noChromium) return;
    if (!existsSync(`${folder}/index.html`)) throw new Error('the page is not built: npm run build');
    site = await serve({ folder, base: '/some/path/', ...options });
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  return {
    /** Opens the page at `hash`, does `use`, and expects that nothing went wrong meanwhile. */
    async visit(hash: string, use: (visit: Visit) => Promise<void>, wishes: VisitOptions = {}): Promise<void> {
      if (site === undefined || browser === undefined) throw new Error('there is no site');
      const { blank = false, expected, prepare, ...contextOptions } = wishes;
      const context = await browser.newContext({
        locale: 'en',
        viewport: { width: 1280, height: 900 },
        ...contextOptions,
      });
      try {
        await prepare?.(context);
        const page = await context.newPage();
        const problems = watch(page, site.url);
        if (!blank) await page.goto(site.url + hash);
        await use({ page, context, url: site.url, problems });
        expect(problems.filter((problem) => expected?.test(problem) !== true)).toEqual([]);
      } finally {
        await context.close();
      }
    },
  };
}

function watch(page: Page, url: string): string[] {
  const problems: string[] = [];
  const { origin } = new URL(url);
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') problems.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => problems.push(`error: ${error.message}`));
  page.on('request', (request) => {
    const to = request.url();
    if (!to.startsWith(origin) && !/^(blob|data):/.test(to)) problems.push(`elsewhere: ${to}`);
  });
  page.on('response', (response) => {
    if (response.status() >= 400) problems.push(`${response.status()}: ${response.url()}`);
  });
  return problems;
}
