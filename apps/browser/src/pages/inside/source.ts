import type { NetworkSource } from '../../compute/networks/source.js';

/** What can be looked into: a network with its weights, or an architecture of the zoo by its name. */
export type InsideSource = NetworkSource | { readonly kind: 'zoo'; readonly name: string };

/** Published weights are called `HOST/NAME`, and whatever is to be fetched has a colon; a network's own name has neither. */
const ARCHITECTURE = /^[^/:]+$/;

/**
 * What a text of the address means here; undefined for files that were given in another visit.
 *
 * @param sourceOf what the texts of networks with weights mean
 */
export function insideSource(
  text: string,
  sourceOf: (text: string) => NetworkSource | undefined,
): InsideSource | undefined {
  if (text !== '' && text !== 'embedded' && ARCHITECTURE.test(text)) return { kind: 'zoo', name: text };
  return sourceOf(text);
}

/** Whether weights may be had by asking for them. */
export const hasWeights = (source: InsideSource): source is NetworkSource => source.kind !== 'zoo';
