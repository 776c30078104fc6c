import { analyse, type ConventionName, conventionNames, conventions } from '@convzoo/cost-analysis';
import { conventionTerms, type Term } from '@convzoo/cost-analysis/explain';
import { buildModel } from '@convzoo/zoo';

/** A network as one convention counts it. */
export interface ConventionRow {
  readonly name: ConventionName;
  /** What it counts, in English. */
  readonly counts: string;
  /** Where that is defined. */
  readonly source: string;
  readonly macs: number;
  readonly params: number;
  readonly activations: number;
  /** Why its MACs and parameters are not those of `convzoo`; each adds its value. */
  readonly terms: readonly Term[];
}

/**
 * The same network under every convention.
 *
 * @throws ConvzooError as `buildModel`
 */
export function conventionRows(model: string): readonly ConventionRow[] {
  const graph = buildModel(model);
  return conventionNames.map((name) => {
    const { counts, source } = conventions[name];
    const { macs, params, activations } = analyse(graph, { convention: name }).total;
    const terms = (['macs', 'params'] as const).flatMap((field) => conventionTerms(graph, name, field));
    return { name, counts, source, macs, params, activations, terms };
  });
}
