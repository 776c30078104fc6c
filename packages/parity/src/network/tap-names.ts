import { consumersOf, type Graph } from '@convzoo/layers';
import type { SourceParam } from '@convzoo/weights';
import type { TapNames } from '../taps/tap-names.js';

export interface FoundTap {
  /** Tap or path of the graph. */
  readonly name: string;
  /**
   * Found by structure and not by name: a module's end by its scope, an activation by the norm before it. Where such a result
   * differs it may well be another one, since modules need not end where scopes do.
   */
  readonly guessed: boolean;
}

/** Finds the result of a graph that a module of torch or a layer of Keras computes. */
export type TapFinder = (name: string) => FoundTap | undefined;

export interface TapFacts {
  /** The family's own. */
  readonly table: TapNames;
  /** What the record calls a path of the graph. */
  readonly rename: (ours: string) => string;
  /** Norms of the framework activate too, and so does what they are called. */
  readonly normsActivate: boolean;
  /** The norm that an activation of that name follows. */
  readonly normBefore: TapNames;
}

/**
 * A tap is found, in this order, by the table of its family; as the layer whose parameters have that name in the record's
 * framework; by a tap or path of the graph of that very name; and, as a guess, as the one result that leaves a scope of that
 * name, or as the activation after the norm that its name tells. `undefined` where nothing here is known to be the same.
 */
export function tapFinder(
  graph: Graph,
  params: readonly SourceParam[],
  { table, rename, normsActivate, normBefore }: TapFacts,
): TapFinder {
  const known = new Set([...Object.keys(graph.taps), ...graph.nodes.map((node) => node.path)]);
  // The user's names; without any, our own.
  const named = new Map([...known].map((path) => [rename(path), path]));
  const nodeOf = new Map(graph.nodes.flatMap((node) => node.params.map((param) => [param.path, node.path])));
  // Two layers here may be one there (a separable convolution); its result is that of the later.
  const layers = new Map(params.map(({ module, place }) => [module, nodeOf.get(place.spec.path) ?? place.module]));
  const after = activations(graph);
  const sure = (name: string | undefined): FoundTap | undefined =>
    name === undefined ? undefined : { name, guessed: false };
  const guess = (name: string | undefined): FoundTap | undefined =>
    name === undefined ? undefined : { name, guessed: true };
  return (name) => {
    const listed = table(name);
    if (listed !== undefined) return known.has(listed) ? sure(listed) : undefined;
    const found = layers.get(name) ?? named.get(name);
    if (found !== undefined) return sure(normsActivate ? (after.get(found) ?? found) : found);
    return guess(exitOf(graph, name, rename) ?? after.get(layers.get(normBefore(name) ?? '') ?? ''));
  };
}

/** The activation after each norm that feeds nothing else: one module with it in timm's `BatchNormAct2d`. */
function activations(graph: Graph): ReadonlyMap<string, string> {
  const consumers = consumersOf(graph);
  const found = new Map<string, string>();
  for (const node of graph.nodes) {
    if (node.op !== 'batchNorm') continue;
    const [first, ...others] = consumers[node.id] ?? [];
    const next = first === undefined ? undefined : graph.nodes[first];
    if (next !== undefined && others.length === 0 && (next.op === 'activation' || next.op === 'leakyRelu')) {
      found.set(node.path, next.path);
    }
  }
  return found;
}

/** The only node of a scope that anything outside it reads. */
function exitOf(graph: Graph, scope: string, rename: (ours: string) => string): string | undefined {
  const inside = graph.nodes.map((node) => rename(node.path).startsWith(`${scope}.`));
  const consumers = consumersOf(graph);
  const exits = graph.nodes.filter(
    ({ id }) => inside[id] === true && (id === graph.output || (consumers[id] ?? []).some((to) => inside[to] !== true)),
  );
  return exits.length === 1 ? exits[0]?.path : undefined;
}
