/**
 * The modules that an architecture may import, as texts: `@convzoo/layers`, `@convzoo/zoo`, and what both share. They are put
 * in by `build/script-packages.ts`.
 */
export const packages: Readonly<Record<string, string>> = {};
