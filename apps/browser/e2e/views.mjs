/**
 * What is photographed by `npm run screenshots`: a line for each state of a page that is worth looking at.
 *
 * @typedef {object} View
 * @property {string} name of the file
 * @property {string} hash
 * @property {string} ready selector of what must be there first
 * @property {'en' | 'ko'} [locale]
 * @property {(page: import('playwright').Page) => Promise<void>} [act] before the picture
 */

/** Every network is counted and drawn, and so are layers and conventions. */
const COMPARED = '.page:has([aria-busy=false] [role=application] svg):has([role=img] svg):has([data-convention])';

/** @type {readonly View[]} */
export const views = [
  { name: 'classify', hash: '', ready: '[data-probability]' },
  {
    name: 'classify-two',
    hash: '#/classify?b=embedded&picture=airplane',
    ready: 'section:nth-of-type(2) [data-probability]',
  },
  { name: 'classify-ko', hash: '#/classify?picture=cat', ready: '[data-probability]', locale: 'ko' },
  { name: 'compare', hash: '#/compare', ready: COMPARED },
  {
    name: 'compare-moved',
    hash: '#/compare?explore=mobilenet_v1&width=0.5&input=160&family=mobilenet-v1,mobilenet-v2,mobilenet-v3,efficientnet',
    ready: COMPARED,
    act: async (page) => {
      await page.getByRole('application').focus();
      for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowRight');
    },
  },
  {
    name: 'compare-ko',
    hash: '#/compare?against=memory&scale=linear&front=only&per=block&layers=mobilenet_v2',
    ready: COMPARED,
    locale: 'ko',
  },
  { name: 'build', hash: '#/build', ready: 'main svg' },
  {
    name: 'build-open',
    hash: '#/build?net=my-net,8x8x3,maxPool,convolution,convolution:kernel7:padding%3Dnone,classifier',
    ready: 'main svg',
    locale: 'ko',
    act: (page) => page.locator('[data-block]').nth(2).click(),
  },
  { name: 'build-typescript', hash: '#/build?edit=typescript', ready: '.cm-line' },
  { name: 'build-json', hash: '#/build?zoo=mobilenet_v2', ready: '.cm-line' },
  { name: 'inside', hash: '#/inside', ready: '[data-view="cam"][data-values]' },
  {
    name: 'inside-field',
    hash: '#/inside?show=field&layer=layer2.0.conv1&look=kernels&picture=airplane&unit=5,9&open=layer1.0.conv1',
    ready: '[data-kernels]',
  },
  {
    name: 'inside-occlusion-ko',
    hash: '#/inside?show=occlusion&picture=cat&layer=relu',
    ready: '[data-view="occlusion"][data-drop]',
    locale: 'ko',
  },
  { name: 'inside-no-weights', hash: '#/inside?a=densenet121', ready: '[role="status"] li' },
  {
    name: 'inside-backward',
    hash: '#/inside?layer=layer2.1.relu_1&picture=airplane&class=0',
    ready: '[data-view="cam"] button',
    act: async (page) => {
      await page.getByRole('button', { name: 'Compute the backward pass' }).click();
      await page.locator('[data-view="cam"][data-values]').waitFor();
    },
  },
  { name: 'lessons-convolution', hash: '#/inside?tab=lessons&at=1300', ready: '[data-more]' },
  {
    name: 'lessons-residual',
    hash: '#/inside?tab=lessons&lesson=residual&shortcut=off&kind=projection&cut=1,5,9&picture=cat',
    ready: '[data-cut="3"]',
    act: async (page) => {
      await page.getByRole('button', { name: 'Train all four' }).click();
      // Half a minute or more beside other work.
      await page.locator('[data-trained="true"]').waitFor({ timeout: 180_000 });
    },
  },
];
