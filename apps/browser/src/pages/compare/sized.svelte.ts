import type { ConventionName } from '@convzoo/cost-analysis';
import { untrack } from 'svelte';
import { SvelteMap } from 'svelte/reactivity';
import { service } from '../../compute/compute.js';
import type { NetworkRow } from './network-row.js';
import { zoo } from './zoo.svelte.js';

/** A network at a size, or why there is none. */
export type Sized = { readonly row: NetworkRow } | { readonly problem: unknown };

const counted = new SvelteMap<string, Sized>();
const keyOf = (model: string, convention: ConventionName): string => `${convention} ${model}`;

/** A network at any size, where it was counted: of the zoo's own, or by `countSized`. */
export function sized(model: string, convention: ConventionName): Sized | undefined {
  const own = zoo.convention === convention ? zoo.rows.find((row) => row.model === model) : undefined;
  return own === undefined ? counted.get(keyOf(model, convention)) : { row: own };
}

/** Counts a network in the worker, unless it was counted before. Never throws: what goes wrong is kept as the answer. */
export async function countSized(model: string, convention: ConventionName): Promise<Sized> {
  const known = untrack(() => sized(model, convention));
  if (known !== undefined) return known;
  let answer: Sized;
  try {
    answer = { row: await service('compare').count({ model, convention }) };
  } catch (problem) {
    answer = { problem };
  }
  counted.set(keyOf(model, convention), answer);
  return answer;
}
