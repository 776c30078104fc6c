import { remember, remembered } from '../app/memory.js';

export const locales = ['en', 'ko'] as const;
export type Locale = (typeof locales)[number];

const isLocale = (text: string | undefined): text is Locale => locales.some((each) => each === text);

function first(): Locale {
  const kept = remembered('language');
  if (isLocale(kept)) return kept;
  return (globalThis.navigator?.language ?? 'en').toLowerCase().startsWith('ko') ? 'ko' : 'en';
}

let current = $state<Locale>(first());

/** The language that the page speaks; setting it changes every text at once. */
export const locale = {
  get current(): Locale {
    return current;
  },
  set current(next: Locale) {
    current = next;
    remember('language', next);
  },
};

/** Texts in both languages. A text with gaps is a function, so that each language has its own order of words. */
export interface Translated<T> {
  /** Those of the language that the page speaks. */
  readonly text: T;
}

/** English decides which texts there are; the compiler finds what Korean lacks. */
export function translated<T extends object>(texts: { readonly en: T; readonly ko: NoInfer<T> }): Translated<T> {
  return {
    get text() {
      return texts[current];
    },
  };
}
