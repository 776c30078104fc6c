import type { ConventionName } from '@convzoo/cost-analysis';
import { untrack } from 'svelte';
import { service } from '../../compute/compute.js';
import type { NetworkRow } from './network-row.js';

let rows: readonly NetworkRow[] = $state.raw([]);
let total = $state(0);
let busy = $state(false);
let problem: unknown = $state.raw();
/** How the shown rows are counted. */
let counted: ConventionName | undefined = $state.raw();
const complete = new Map<ConventionName, readonly NetworkRow[]>();

/** Every network of the zoo, counted: kept while the page is open. */
export const zoo = {
  get rows(): readonly NetworkRow[] {
    return rows;
  },
  get convention(): ConventionName | undefined {
    return counted;
  },
  /** How far counting is. */
  get progress(): { readonly done: number; readonly total: number } {
    return { done: rows.length, total };
  },
  get busy(): boolean {
    return busy;
  },
  get problem(): unknown {
    return problem;
  },

  /** Counts under a convention, unless that was done before; gives a way to give up. */
  follow(convention: ConventionName): () => void {
    const controller = new AbortController();
    // An effect follows the convention alone, not the rows that come.
    untrack(() => void load(convention, controller.signal));
    return () => controller.abort();
  },
};

async function load(convention: ConventionName, signal: AbortSignal): Promise<void> {
  const known = complete.get(convention);
  problem = undefined;
  if (known !== undefined) {
    show(convention, known);
    busy = false;
    return;
  }
  busy = true;
  // At first networks appear as they are counted; later the old numbers stay until all are there, so that none are mixed.
  const growing = rows.length === 0 || counted === convention;
  let partial: readonly NetworkRow[] = [];
  try {
    const all = await service('compare').all(convention, {
      signal,
      onProgress: (now) => {
        if (signal.aborted) return;
        total = now.total;
        partial = [...partial, ...now.rows];
        if (growing) show(convention, partial);
      },
    });
    if (signal.aborted) return;
    complete.set(convention, all);
    total = all.length;
    show(convention, all);
  } catch (error) {
    if (!signal.aborted) problem = error;
  } finally {
    if (!signal.aborted) busy = false;
  }
}

function show(convention: ConventionName, all: readonly NetworkRow[]): void {
  rows = all;
  counted = convention;
}
