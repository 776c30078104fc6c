import { afterEach, describe, expect, it, vi } from 'vitest';
import { findChromium } from '../../scripts/browser/find.mjs';

describe('the browser of the browser tests', () => {
  afterEach(() => vi.unstubAllEnvs());

  it('is the one that CONVZOO_CHROMIUM names', async () => {
    vi.stubEnv('CONVZOO_CHROMIUM', process.execPath);
    expect(await findChromium()).toBe(process.execPath);
  });

  it('is none where the name is wrong: another one is not taken in its place', async () => {
    vi.stubEnv('CONVZOO_CHROMIUM', '/no/such/chromium');
    expect(await findChromium()).toBeUndefined();
  });
});
