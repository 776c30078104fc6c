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

/** @type {readonly View[]} */
export const views = [
  { name: 'classify', hash: '', ready: '[data-probability]' },
  {
    name: 'classify-two',
    hash: '#/classify?b=embedded&picture=airplane',
    ready: 'section:nth-of-type(2) [data-probability]',
  },
  { name: 'classify-ko', hash: '#/classify?picture=cat', ready: '[data-probability]', locale: 'ko' },
];
