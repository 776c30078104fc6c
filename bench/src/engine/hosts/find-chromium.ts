/** The Chromium that the browser tests use too: CONVZOO_CHROMIUM, else the system's, else Playwright's. */
export async function findChromium(): Promise<string | undefined> {
  const script = new URL('../../../../scripts/browser/find.mjs', import.meta.url);
  const found: { findChromium(): Promise<string | undefined> } = await import(script.href);
  return found.findChromium();
}
