import { type Graph, inputOf, type Shape } from '@convzoo/layers';
import { type BuildOptions, resolveModel } from '@convzoo/zoo';
import { analyse } from '../analyse.js';
import type { ConventionName } from '../conventions/index.js';
import { networkOf, type PublishedNetwork, type PublishedRow, publishedRows } from '../published/index.js';
import { conventionTerms } from './conventions.js';
import { networkTerms } from './networks.js';
import { relatives, rootOf } from './relatives.js';
import { type Rounding, roundingOf } from './rounding.js';
import { suspicions } from './suspicions.js';
import type { ExplainedField, Term } from './term.js';

/** How one published number comes from ours. */
export interface Derivation {
  readonly field: ExplainedField;
  readonly published: number;
  /** Our count of the network that was asked for, under our own convention. */
  readonly start: number;
  /** Each with what it changes; `start` and all of them together are `exact`. */
  readonly terms: readonly Term[];
  /** Our exact count of the source's network at its input under its convention. */
  readonly exact: number;
  readonly convention: ConventionName;
  /** How `published` comes from `exact`. */
  readonly rounding: Rounding;
  /** Where it does not: what was tried, and what is known. */
  readonly remarks: readonly string[];
}

/** One published row, or several that say the same. */
export interface ExplainedRow {
  readonly row: PublishedRow;
  /** Variants that say the same, this one included. */
  readonly variants: readonly string[];
  /** Name of the source's network in the zoo. */
  readonly model: string;
  readonly derivations: readonly Derivation[];
}

export interface Explanation {
  /** The network that was asked for. */
  readonly model: string;
  readonly input: Shape;
  readonly macs: number;
  readonly params: number;
  readonly rows: readonly ExplainedRow[];
}

/**
 * Why published numbers for a name differ: every published row about the network and its relatives of the same name (the
 * paper's stride, the paper's shortcuts, another framework's padding), with our exact number under the source's convention
 * and the difference to our own number in named terms. Everything is computed from the graphs and the conventions; nothing
 * is looked up but the published numbers.
 *
 * @param spec as in `buildModel`; with a resolution after the `@` only rows at that resolution
 * @throws ConvzooError as `resolveModel`
 */
export function explainModel(spec: string, options: BuildOptions = {}): Explanation {
  const resolved = resolveModel(spec, options);
  const graph = resolved.entry.build(resolved.options);
  const { input } = resolved.options;
  const width = resolved.options.width ?? 1;
  const at = (size: readonly [number, number]): Graph =>
    input === undefined && sameSize(graph, size)
      ? graph
      : resolved.entry.build({ ...resolved.options, input: [...size, 3] });
  const { total } = analyse(graph);
  const rows: ExplainedRow[] = [];
  for (const [row, variants] of distinct(publishedRows())) {
    const network = networkOf(row);
    if (network === undefined || rootOf(network.model) !== rootOf(resolved.name) || network.width !== width) continue;
    if (input !== undefined && !sameSize(graph, [row.height, row.width])) continue;
    const theirs = network.build();
    const ours = at([row.height, row.width]);
    const derivations = (['macs', 'params', 'activations'] as const).flatMap(
      (field) => derive(field, row, network, { graph, ours, theirs }) ?? [],
    );
    rows.push({ row, variants, model: network.model, derivations });
  }
  return { model: graph.name, input: inputOf(graph).shape, macs: total.macs, params: total.params, rows };
}

interface Graphs {
  /** As it was asked for. */
  readonly graph: Graph;
  /** The same at the input of the row. */
  readonly ours: Graph;
  /** The source's network. */
  readonly theirs: Graph;
}

function derive(
  field: ExplainedField,
  row: PublishedRow,
  network: PublishedNetwork,
  { graph, ours, theirs }: Graphs,
): Derivation | undefined {
  const published = row[field];
  if (published === null) return undefined;
  const convention = field === 'params' ? row.paramsConvention : row.macsConvention;
  const tolerance = row[`${field}Tolerance`];
  const start = analyse(graph).total[field];
  const resized = analyse(ours).total[field] - start;
  const exact = analyse(theirs, { convention }).total[field];
  const terms = [
    ...(resized === 0 ? [] : [{ label: `input ${row.height}x${row.width}`, value: resized }]),
    ...networkTerms(ours, theirs, field),
    ...conventionTerms(theirs, convention, field),
  ];
  const rounding = roundingOf(exact, published, tolerance);
  const unexplained = rounding === 'unexplained' || (!row.reproduced && rounding === 'tolerated');
  const remarks = unexplained ? suspicions({ field, published, tolerance, row, network, relatives }) : [];
  return { field, published, start, terms, exact, convention, rounding, remarks };
}

const sameSize = (graph: Graph, [height, width]: readonly [number, number]): boolean => {
  const { shape } = inputOf(graph);
  return shape[0] === height && shape[1] === width;
};

/** Rows with the variants that say the same: timm lists a dozen weights of ResNet-50 with one number. */
function distinct(rows: readonly PublishedRow[]): readonly (readonly [PublishedRow, readonly string[]])[] {
  const found = new Map<string, [PublishedRow, string[]]>();
  for (const row of rows) {
    const { source, where, name, height, width, params, macs, activations } = row;
    const key = JSON.stringify([source, where, name, height, width, params, macs, activations]);
    const known = found.get(key);
    if (known === undefined) found.set(key, [row, [row.variant]]);
    else known[1].push(row.variant);
  }
  return [...found.values()];
}
