import { type ConventionName, conventionOf } from '@convzoo/cost-analysis';
import { modelNames } from '@convzoo/zoo';
import type { ComputeContext } from '../../compute/context.js';
import { Recent } from '../../compute/recent.js';
import type { Call } from '../../compute/rpc/protocol.js';
import { type ConventionRow, conventionRows } from './convention-rows.js';
import { countNetwork } from './count.js';
import type { LayerGroup } from './layer-group.js';
import { type LayerRow, layerRows } from './layer-rows.js';
import type { NetworkRow, PublishedSize } from './network-row.js';
import { leastInput, publishedSizes } from './published-sizes.js';

export interface CountInput {
  readonly model: string;
  readonly convention: ConventionName;
}

export interface Counting {
  /** What is new since the last progress. */
  readonly rows: readonly NetworkRow[];
  readonly total: number;
}

export interface Sizes {
  readonly published: readonly PublishedSize[];
  /** The smallest input side of the slider that the network can take. */
  readonly least: number;
}

/** Milliseconds of counting after which other calls have their turn: a slider waits no longer. */
const TURN = 30;
/** Milliseconds after which the page hears how far it is; it draws the chart each time. */
const TELL = 150;

/** More sizes than someone tries in a while; a row is a kilobyte or so. */
const KEPT = 600;

/** What the page "Compare" has computed in the worker. */
export function createService(_context: ComputeContext) {
  const counted = new Recent<NetworkRow>(KEPT);

  function count(model: string, convention: ConventionName): NetworkRow {
    const key = `${convention} ${model}`;
    const row = counted.get(key) ?? countNetwork(model, convention);
    counted.set(key, row);
    return row;
  }

  return {
    /** Counts every network of the zoo, and says so as it goes. */
    async all(convention: ConventionName, { signal, progress }: Call<Counting>): Promise<readonly NetworkRow[]> {
      conventionOf(convention);
      const rows: NetworkRow[] = [];
      let told = { rows: 0, at: performance.now() };
      let turn = performance.now();
      for (const name of modelNames) {
        rows.push(count(name, convention));
        if (performance.now() - turn < TURN) continue;
        if (performance.now() - told.at >= TELL) {
          progress({ rows: rows.slice(told.rows), total: modelNames.length });
          told = { rows: rows.length, at: performance.now() };
        }
        // A macrotask: what is asked meanwhile is answered in between.
        await new Promise((resolve) => setTimeout(resolve));
        signal.throwIfAborted();
        turn = performance.now();
      }
      return rows;
    },

    /** @throws ConvzooError for a network or a size that there is not */
    count: ({ model, convention }: CountInput): NetworkRow => count(model, convention),

    sizes: (model: string): Sizes => ({ published: publishedSizes(model), least: leastInput(model) }),

    layers: ({ model, convention, by }: CountInput & { readonly by: LayerGroup }): readonly LayerRow[] =>
      layerRows(model, convention, by),

    conventions: (model: string): readonly ConventionRow[] => conventionRows(model),
  };
}
