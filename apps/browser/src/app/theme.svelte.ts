import { remember, remembered } from './memory.js';

export const themes = ['system', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

const isTheme = (text: string | undefined): text is Theme => themes.some((each) => each === text);

const kept = remembered('theme');
const first: Theme = isTheme(kept) ? kept : 'system';
let current = $state<Theme>(first);
show(first);

/** Light, dark, or as the system has it. */
export const theme = {
  get current(): Theme {
    return current;
  },
  set current(next: Theme) {
    current = next;
    remember('theme', next);
    show(next);
  },
};

function show(next: Theme): void {
  const { documentElement: root } = document;
  if (next === 'system') delete root.dataset['theme'];
  else root.dataset['theme'] = next;
}
