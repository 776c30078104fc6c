import type { ChartScheme } from '@convzoo/charts';
import { MediaQuery } from 'svelte/reactivity';
import { theme } from '../../app/theme.svelte.js';

const dark = new MediaQuery('prefers-color-scheme: dark');

/** Whether charts are drawn for a light page or a dark one, as the page is now. */
export const scheme = {
  get current(): ChartScheme {
    if (theme.current !== 'system') return theme.current;
    return dark.current ? 'dark' : 'light';
  },
};
