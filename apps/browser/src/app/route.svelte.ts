import { formatHash, type Place, parseHash } from './location.js';

/** The address that `place` is from. */
let address = globalThis.location?.hash ?? '';
let place = $state.raw<Place>(parseHash(address));

globalThis.addEventListener?.('hashchange', () => {
  address = location.hash;
  place = parseHash(address);
});

/** Where the page is. Reading it in a template or an effect follows it. */
export const route = {
  get page(): string {
    return place.page;
  },
  /** A setting of the page, or what it is where the address does not say. */
  param(name: string, fallback = ''): string {
    return place.params[name] ?? fallback;
  },
  get params(): Readonly<Record<string, string>> {
    return place.params;
  },
};

/** Address of a page, for a link. */
export const hrefOf = (page: string, params: Readonly<Record<string, string>> = {}): string =>
  formatHash({ page, params });

/**
 * Changes settings of this page in its address; an empty text removes one. A choice (`push`) can be gone back from, what is
 * dragged or typed replaces the address.
 */
export function setParams(changes: Readonly<Record<string, string>>, how: 'push' | 'replace' = 'replace'): void {
  const params = Object.fromEntries(
    Object.entries({ ...place.params, ...changes }).filter(([, value]) => value !== ''),
  );
  const next = formatHash({ page: place.page, params });
  if (next === formatHash(place)) return;
  // The visitor has followed a link, which is heard of a moment later: what the page that is left still says must not undo it.
  if (location.hash !== address) return;
  if (how === 'push') history.pushState(null, '', next);
  else history.replaceState(null, '', next);
  address = location.hash;
  place = { page: place.page, params };
}
