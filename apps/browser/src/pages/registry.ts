import { pageStrings } from '../strings/pages.js';
import type { Page } from './page.js';

/** Every page, in the order of the navigation; the first is shown where the address names none. */
export const pages: readonly [Page, ...Page[]] = [
  {
    id: 'classify',
    title: () => pageStrings.text.classify.title,
    description: () => pageStrings.text.classify.description,
    load: () => import('./classify/classify-page.svelte'),
  },
  {
    id: 'inside',
    title: () => pageStrings.text.inside.title,
    description: () => pageStrings.text.inside.description,
    load: () => import('./inside/inside-page.svelte'),
  },
  {
    id: 'compare',
    title: () => pageStrings.text.compare.title,
    description: () => pageStrings.text.compare.description,
    load: () => import('./compare/compare-page.svelte'),
  },
  {
    id: 'build',
    title: () => pageStrings.text.build.title,
    description: () => pageStrings.text.build.description,
    load: () => import('./build/build-page.svelte'),
  },
];

/** The page of that id; the first for an id that is none. */
export const pageOf = (id: string): Page => pages.find((page) => page.id === id) ?? pages[0];
