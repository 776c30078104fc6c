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

/** How a page of a shared visit is looked at; what is not said is as at the beginning. */
export interface Look {
  readonly colorScheme?: 'light' | 'dark';
  readonly viewport?: { readonly width: number; readonly height: number };
}

export interface SharedOptions extends VisitOptions {
  /** A page to go over on the way from one test to the next: another one than those of the tests. */
  readonly between?: '#/build' | '#/inside?tab=lessons';
}

/** Opens an address on the page of a shared visit, does `use`, and expects that nothing went wrong meanwhile. */
export type Go = (hash: string, use: (visit: Visit) => Promise<void>, look?: Look) => Promise<void>;

const VIEWPORT = { width: 1280, height: 900 };

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

  interface Opened {
    readonly visit: Visit;
    readonly close: () => Promise<void>;
    readonly expectNothingWrong: () => void;
  }

  async function open(hash: string, wishes: VisitOptions): Promise<Opened> {
    if (site === undefined || browser === undefined) throw new Error('there is no site');
    const { blank = false, expected, prepare, ...contextOptions } = wishes;
    const context = await browser.newContext({ locale: 'en', viewport: VIEWPORT, ...contextOptions });
    try {
      await prepare?.(context);
      const page = await context.newPage();
      const problems = watch(page, site.url);
      if (!blank) await page.goto(site.url + hash);
      return {
        visit: { page, context, url: site.url, problems },
        close: () => context.close(),
        expectNothingWrong: () => expect(problems.filter((problem) => expected?.test(problem) !== true)).toEqual([]),
      };
    } catch (error) {
      await context.close();
      throw error;
    }
  }

  return {
    /** Opens the page at `hash` as a new visitor, does `use`, and expects that nothing went wrong meanwhile. */
    async visit(hash: string, use: (visit: Visit) => Promise<void>, wishes: VisitOptions = {}): Promise<void> {
      const { visit, close, expectNothingWrong } = await open(hash, wishes);
      try {
        await use(visit);
        expectNothingWrong();
      } finally {
        await close();
      }
    },

    /**
     * One visit for the tests of a group, whose state is in the address: each goes to its own as a visitor does who follows
     * links. Between two of them another page is shown, so that nothing on the screen is of the test before. A test that fails
     * ends the visit; the next one begins another.
     */
    shared({ between = '#/build', ...wishes }: SharedOptions = {}): Go {
      let opened: Opened | undefined;
      const end = async (): Promise<void> => {
        const { close } = opened ?? {};
        opened = undefined;
        await close?.();
      };
      afterAll(end);
      return async (hash, use, { colorScheme = wishes.colorScheme ?? 'light', viewport = wishes.viewport } = {}) => {
        opened ??= await open(between, wishes);
        try {
          const { page } = opened.visit;
          await go(page, between);
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize(viewport ?? VIEWPORT);
          await go(page, hash);
          await use(opened.visit);
          opened.expectNothingWrong();
        } catch (error) {
          await end();
          throw error;
        }
      };
    },
  };
}

/** Waits until the page of an address has taken the place of the one that was there. */
async function go(page: Page, hash: string): Promise<void> {
  const id = /^#\/(\w*)/.exec(hash)?.[1];
  await page.locator('main[aria-busy=false] h1').waitFor();
  const leaves = await page.evaluate(
    ({ hash, id }) => {
      const before = location.hash.slice(2).split('?')[0];
      if (before !== id) document.querySelector('main > *')?.setAttribute('data-left', '');
      location.hash = hash;
      return before !== id;
    },
    { hash, id },
  );
  if (leaves) await page.locator('main > [data-left]').waitFor({ state: 'detached' });
  await page.locator('main[aria-busy=false] h1').waitFor();
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
