/** The four networks that are trained: layers as in He et al. 2015, figures 1 and 6, with and without shortcuts. */
export const contestants = [
  { name: 'plain-20', layers: 20, shortcut: false },
  { name: 'plain-56', layers: 56, shortcut: false },
  { name: 'residual-20', layers: 20, shortcut: true },
  { name: 'residual-56', layers: 56, shortcut: true },
] as const;

/** How often each is corrected. */
export const STEPS = 100;
